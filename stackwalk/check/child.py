"""One part of a run in a process of its own, forked from one without threads: its parent survives it.

The child writes JSON lines to a socket ("began", "finding", "blocked", "done"). It dies with its parent, and
the guardian that it started ends with it.
"""

import _ctypes
import contextlib
import json
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from stackwalk.check.plan import Plan
from stackwalk.errors import StackwalkError

if TYPE_CHECKING:
    from stackwalk.check.bench import Bench

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


Tell = Callable[[str, Any], None]  # a word, and what belongs to it
Work = Callable[[Plan, Path, int, bool], None]  # what a forked process does: plan, folder, where lines go, gated


def fork_run(plan: Plan, scratch: Path, gated: bool = False) -> tuple[int, int]:
    """Begin a run that inherits nothing open; its process id, and the descriptor from which its lines are read.

    A gated run gets ready and waits until open_gate() is called with that descriptor. It is forked; where that
    is not safe, it is spawned.
    """
    return _begin(_fork if FORKS else _spawn, plan, scratch, gated)


def fork_part(work: Work, plan: Plan, scratch: Path, gated: bool) -> tuple[int, int]:
    """The same for a part of a run, which is forked in any case."""

    def fork(plan: Plan, scratch: Path, writing: socket.socket, gated: bool) -> int:
        return _fork(plan, scratch, writing, gated, work)

    return _begin(fork, plan, scratch, gated)


def _begin(
    begin: Callable[[Plan, Path, socket.socket, bool], int], plan: Plan, scratch: Path, gated: bool
) -> tuple[int, int]:
    # Sockets and no pipe: a pipe can be opened again through /proc/PID/fd by whatever the run starts.
    reading, writing = socket.socketpair()
    pid = begin(plan, scratch, writing, gated)
    writing.close()
    return pid, reading.detach()


def open_gate(descriptor: int, seed: str) -> None:
    """Let a gated run begin, with another seed than its plan's. Raises OSError where the run has ended."""
    os.write(descriptor, seed.encode("utf-8") + b"\n")  # the buffer of an idle socket takes it whole


def await_gate(descriptor: int, plan: Plan) -> Plan:
    """The plan with the seed that open_gate() sends. Ends this process where the parent lets go instead."""
    data = b""
    while not data.endswith(b"\n"):
        came = os.read(descriptor, 65536)
        if not came:
            raise SystemExit(0)
        data += came
    return replace(plan, seed=data[:-1].decode("utf-8"))


def _fork(plan: Plan, scratch: Path, writing: socket.socket, gated: bool, work: Work | None = None) -> int:
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    # What Python calls after a fork swallows a KeyboardInterrupt: a Ctrl+C just then would be lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid = os.fork()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if pid == 0:
        number = writing.detach()
        close_all_but(number)
        be_run(plan, scratch, number, parent, gated=gated, work=work)
    return pid


def close_all_but(number: int) -> None:
    """Close all that this process has open, but for the first three and one more."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.closerange(3, number)
    os.closerange(number + 1, 65536 if most == resource.RLIM_INFINITY else most)


def _spawn(plan: Plan, scratch: Path, writing: socket.socket, gated: bool) -> int:
    request = scratch / "request"
    request.write_bytes(pickle.dumps((plan, scratch, os.getpid(), gated)))
    path = os.pathsep.join(path for path in sys.path if path)
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "stackwalk.check.child"],
        {**os.environ, "PYTHONPATH": path},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, str(request), os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, writing.fileno(), 1),
        ],
    )


def _spawned() -> NoReturn:
    """The other end of _spawn: the request is on stdin, the lines go where stdout went."""
    plan, scratch, parent, gated = pickle.load(sys.stdin.buffer)
    be_run(plan, scratch, os.dup(1), parent, gated=gated)


def be_run(
    plan: Plan, scratch: Path, writing: int, parent: int, *, gated: bool = False, work: Work | None = None
) -> NoReturn:
    """Be the run: a process of its own session that dies with its parent, and ends when the run has."""
    status = 1
    try:
        if os.getsid(0) != os.getpid():
            os.setsid()
        die_with_parent(parent)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        _redirect(scratch / "prints")
        os.set_inheritable(writing, False)
        (work or run)(plan, scratch, writing, gated)
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


def teller(writing: int) -> Tell:
    """Writes one line for each word."""

    def tell(word: str, value: Any) -> None:
        data = json.dumps({word: value}).encode("ascii") + b"\n"
        while data:
            data = data[os.write(writing, data) :]

    return tell


def run(plan: Plan, scratch: Path, writing: int, gated: bool) -> None:
    """Run the plan in this process, and write its lines."""
    from stackwalk.check.opening import opened_bench, readied
    from stackwalk.stack.launch import guarding

    tell = teller(writing)
    with contextlib.ExitStack() as stack:

        def opened() -> "Bench":
            given = await_gate(writing, plan) if gated else plan
            return opened_bench(given, scratch, guardian or stack.enter_context(guarding()), ahead=True, ready=ready)

        guardian = ready = None
        try:
            if plan.spreads and FORKS:
                # Without a guardian so far: there is a thread with it, and this process is to fork.
                from stackwalk.check.grader import run_checks
                from stackwalk.check.spread import Spread

                run_checks(plan, opened, tell, Spread(plan, scratch, writing, gated))
                return
            guardian = stack.enter_context(guarding())
            bench = None if gated else opened()
            ready = readied(plan, scratch, guardian) if gated else None
            # Imported while the learner's program starts.
            from stackwalk.check.grader import run_checks

            run_checks(plan, lambda: bench or opened(), tell)
        except StackwalkError as error:
            tell("blocked", f"{error.what} {error.try_this}")


if __name__ == "__main__":
    _spawned()
