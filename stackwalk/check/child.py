"""One run in a process of its own, forked from one without threads: what a check does, its parent survives.

The child writes JSON lines to a socket ("began", "finding", "blocked", "done"). It dies with its parent, and
the guardian that it started ends with it.
"""

import _ctypes
import contextlib
import json
import os
import resource
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from stackwalk.check.plan import Plan
from stackwalk.errors import StackwalkError

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)


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


def fork_run(plan: Plan, scratch: Path) -> tuple[int, int]:
    """Fork a run that inherits nothing open; its process id, and the descriptor from which its lines are read."""
    # Sockets and no pipe: a pipe can be opened again through /proc/PID/fd by whatever the run starts.
    reading, writing = socket.socketpair()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        number = writing.detach()
        os.closerange(3, number)
        os.closerange(number + 1, _descriptors())
        _be_run(plan, scratch, number, parent)
    writing.close()
    return pid, reading.detach()


def _descriptors() -> int:
    """More than any descriptor of this process."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 65536 if most == resource.RLIM_INFINITY else most


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
        with opened_bench(plan, scratch, ahead=True) as bench:
            # Imported while the learner's program starts.
            from stackwalk.check.grader import run_checks

            run_checks(plan, bench, tell)
    except StackwalkError as error:
        tell("blocked", f"{error.what} {error.try_this}")
