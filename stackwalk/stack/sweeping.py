"""Finding what an earlier stackwalk left behind, by a marker in the environment, and ending it.

The guardian leaves nothing; this is for what killed the guardian and its foster first. A marker names its
owner by pid, start time and pid namespace: a container's programs are seen from its host, but their owner is
not.
"""

import os
import signal
import time

from stackwalk.stack import kin

NAME = "STACKWALK_RUN"
_DEADLINE = 5.0  # seconds, for what is killed to be gone


def new_marker() -> str:
    """A marker for what this process is about to start."""
    owner = kin.look(os.getpid())
    born = owner.born.replace(" ", "_") if owner else "0"
    return f"{os.getpid()}:{born}:{namespace()}:{os.urandom(4).hex()}"


def sweep() -> tuple[str, ...]:
    """End what stackwalks that no longer live have left; says what, as "PID COMMAND". Linux only."""
    here = namespace()
    ended: list[str] = []
    for pid, marker in _marked():
        owner, born, numbers, *_ = (marker.decode("ascii", "replace") + ":::").split(":")
        if numbers != here or not owner.isdigit():
            continue
        alive = kin.look(int(owner))
        if alive is None or alive.born != born or alive.dead:
            ended.append(f"{pid} {kin.command_line(pid)}")
            sweep_marked(marker.decode("ascii", "replace"))
    return tuple(ended)


def sweep_marked(marker: str) -> None:
    """End everything that carries this marker: stopped first, so that nothing can fork away."""
    deadline = time.monotonic() + _DEADLINE
    stopped: set[int] = set()
    while time.monotonic() < deadline:
        found = [pid for pid, other in _marked() if other == marker.encode()]
        fresh = [pid for pid in found if pid not in stopped]
        for pid in fresh or found:
            _signal(pid, signal.SIGSTOP if fresh else signal.SIGKILL, marker.encode())
        stopped.update(fresh)
        if not found:
            return


def _marked() -> list[tuple[int, bytes]]:
    """(pid, marker) of each process that lives, may be read and carries one."""
    own = os.getpid()
    name = NAME.encode()
    return [
        (pid, value) for pid in kin.everyone() if pid != own and (value := kin.environment_value(pid, name)) is not None
    ]


def _signal(pid: int, number: int, marker: bytes) -> None:
    with kin.Hold(pid) as held:
        # Read again while it is held: its number may have become another's.
        if kin.environment_value(pid, NAME.encode()) == marker:
            held.send(number)


def namespace() -> str:
    """The set of process numbers that this process lives in."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")  # noqa: PTH115
    except OSError:
        return "none"
