"""A process that is forked before the command line is read: meanwhile it imports what a run of checks needs.

The first run takes it instead of forking one. Where none is asked for, it ends with its parent. Hardly anything is
imported before it is forked, so that both sides import at the same time.
"""

import os
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pathlib import Path

    from stackwalk.check.plan import Plan

_HEAD = 8  # bytes that say how many follow


class Early:
    """The waiting process, as its parent has it."""

    waiting: "Early | None" = None  # the one that nobody has taken yet

    def __init__(self, pid: int, link: socket.socket) -> None:
        self.pid = pid
        self.link = link


def begin_early() -> None:
    """Fork it; must be called before there are threads, with little imported."""
    if sys.platform == "darwin":
        return  # see child.FORKS
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _wait(theirs.detach(), parent)
    theirs.close()
    Early.waiting = Early(pid, ours)


def fork_or_take(plan: "Plan", scratch: "Path", gated: bool = False) -> tuple[int, int]:
    """As fork_run: the process that waits, where there is one, begins the run."""
    import pickle

    from stackwalk.check.child import fork_run

    early, Early.waiting = Early.waiting, None
    if early is None or gated:
        return fork_run(plan, scratch, gated)
    request = pickle.dumps((plan, scratch))
    try:
        early.link.sendall(len(request).to_bytes(_HEAD, "big") + request)
    except OSError:  # somebody has killed it
        early.link.close()
        os.waitpid(early.pid, 0)
        return fork_run(plan, scratch, gated)
    return early.pid, early.link.detach()


def _wait(link: int, parent: int) -> NoReturn:
    """The life of that process."""
    try:
        os.setsid()
        # Whoever reads what the command prints must not wait for this process.
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        import pickle

        from stackwalk.check.child import be_run, close_all_but, die_with_parent

        die_with_parent(parent)
        close_all_but(link)
        from stackwalk.check import grader, opening  # noqa: F401

        size = int.from_bytes(_read(link, _HEAD), "big")
        plan, scratch = pickle.loads(_read(link, size))
        be_run(plan, scratch, link, parent)
    finally:  # nothing may return into the parent's code
        os._exit(1)


def _read(link: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        came = os.read(link, size - len(data))
        if not came:
            sys.exit()  # no run was asked for
        data += came
    return data
