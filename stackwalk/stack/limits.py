"""How much a program may take, and how it ended: values."""

from typing import Literal, NamedTuple

Excess = Literal["too-much-memory", "too-many-processes", "too-much-output"]

MIB = 1024 * 1024


class Limits(NamedTuple):
    """Bounds of one program. Memory and processes are counted over its whole tree, the others a process."""

    memory: int = 512 * MIB  # bytes, resident, of all its processes together; what forks share counts once
    processes: int = 64
    open_files: int = 1024  # at once; one that asks for more, as HAProxy does for its maxconn, may have
    most_open_files: int = 1 << 18  # up to that many, where the machine has them
    output: int | None = None  # bytes; one that prints more is stopped
    cpu_seconds: int | None = None
    file_size: int = 256 * MIB  # bytes


class Ending(NamedTuple):
    """How a program ended: its exit status or the signal that killed it, and what is known besides.

    `cause` is set where a limit ended it. `left_behind` names what of its tree lived on after its first
    process had ended, as "PID COMMAND", safe to show. `killed_starter`: it (or something in its tree) killed
    the process that started it or the one that watches over it, a slip of the program's and not of ours.
    """

    code: int | None
    signal: int | None
    cause: Excess | None = None
    left_behind: tuple[str, ...] = ()
    killed_starter: bool = False
