"""One part of a run in a process of its own, forked from one without threads: its parent survives it.

The child writes JSON lines to a pipe ("began", "finding", "blocked", "done"). It dies with its parent, and
the guardian that it started ends with it.
"""

import _ctypes
import contextlib
import json
import os
import pickle
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from stackwalk.check.plan import Plan
from stackwalk.errors import StackwalkError

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
FORKS = sys.platform != "darwin"  # Apple's libraries do not survive a fork without exec (not yet run there)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux; elsewhere nothing happens)."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def prctl(option: int, value: int) -> None:
    """Call prctl(2), where there is one."""
    if sys.platform == "linux":
        # ctypes itself would add 5 to 10 ms to every check.
        address = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
        _ctypes.call_function(address, (option, value, 0, 0, 0))


def begin_run(plan: Plan, scratch: Path, *, close: tuple[int, ...] = ()) -> tuple[int, int]:
    """Begin a run in a process of its own; its process id, and the end of the pipe from which its lines are read.

    It is forked, without the descriptors in `close`; where that is not safe, it is spawned.
    """
    reading, writing = os.pipe()
    pid = _fork(plan, scratch, reading, writing, close) if FORKS else _spawn(plan, scratch, writing)
    os.close(writing)
    return pid, reading


def _fork(plan: Plan, scratch: Path, reading: int, writing: int, close: tuple[int, ...]) -> int:
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        for descriptor in (reading, *close):
            os.close(descriptor)
        _be_run(plan, scratch, writing, parent)
    return pid


def _spawn(plan: Plan, scratch: Path, writing: int) -> int:
    request = scratch / "request"
    request.write_bytes(pickle.dumps((plan, scratch, os.getpid())))
    path = os.pathsep.join(path for path in sys.path if path)
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "stackwalk.check.child"],
        {**os.environ, "PYTHONPATH": path},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, str(request), os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, writing, 1),
        ],
    )


def _spawned() -> NoReturn:
    """The other end of _spawn: the request is on stdin, the lines go where stdout went."""
    plan, scratch, parent = pickle.load(sys.stdin.buffer)
    _be_run(plan, scratch, os.dup(1), parent)


def _be_run(plan: Plan, scratch: Path, writing: int, parent: int) -> NoReturn:
    status = 1
    try:
        os.setsid()
        die_with_parent(parent)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        _redirect(scratch / "prints")
        run(plan, scratch, writing)
        status = 0
    except BaseException:  # noqa: BLE001  nothing may return into the parent's code
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _redirect(prints: Path) -> None:
    """What a check prints goes to a file; it reads nothing."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(prints, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(nothing)
    os.close(file)


def run(plan: Plan, scratch: Path, writing: int) -> None:
    """Run the plan in this process, and write its lines."""
    os.set_inheritable(writing, False)

    def tell(word: str, value: Any) -> None:
        data = json.dumps({word: value}).encode("ascii") + b"\n"
        while data:
            data = data[os.write(writing, data) :]

    from stackwalk.check.opening import opened_bench

    try:
        with opened_bench(plan, scratch, ahead=plan.skipped_for is None) as bench:
            # Imported while the learner's program starts.
            from stackwalk.check.grader import run_checks

            run_checks(plan, bench, tell)
    except StackwalkError as error:
        tell("blocked", f"{error.what} {error.try_this}")


if __name__ == "__main__":
    _spawned()
