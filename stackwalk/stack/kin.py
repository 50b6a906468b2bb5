"""Who descends from whom among the processes of this machine.

Read by the guardian, which imports next to nothing, and by its client.
"""

import _signal as signal  # type: ignore[import-not-found]  # `signal` itself imports enum: 5 ms
import os
import sys

TYPE_CHECKING = False  # typing itself costs 5 ms
if TYPE_CHECKING:
    from collections.abc import Iterator

LINUX = sys.platform == "linux"
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Look:
    """One look at one process. Sizes are bytes; `born` is a start time that only compares equal to itself."""

    __slots__ = ("born", "group", "parent", "pid", "state")

    def __init__(self, pid: int, state: str, parent: int, group: int, born: str) -> None:
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.born = born

    @property
    def dead(self) -> bool:
        """Whether it has ended and only waits to be reaped."""
        return self.state in "ZX"


def _read(path: str) -> bytes:
    """A file of /proc, or nothing where the process has gone or is not ours to look at."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        pieces = []
        while piece := os.read(fd, 65536):
            pieces.append(piece)
        return b"".join(pieces)
    except OSError:
        return b""
    finally:
        os.close(fd)


def look(pid: int) -> Look | None:
    """What a process is at this moment; None where there is none (proc(5), /proc/PID/stat)."""
    if not LINUX:
        return _table().get(pid)
    raw = _read(f"/proc/{pid}/stat")
    cut = raw.rfind(b")")
    if cut < 0:
        return None
    fields = raw[cut + 2 :].decode("ascii", "replace").split()
    return Look(pid, fields[0], int(fields[1]), int(fields[2]), fields[19])


class Hold:
    """A process held by a handle of the kernel (pidfd_open(2)), so that a signal can't reach a successor of
    the same number. Where there are no such handles (macOS, not yet run), by its number."""

    __slots__ = ("_fd", "look", "pid")

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd = -1
        self.look: Look | None = None

    def __enter__(self) -> "Hold":
        if _HAS_HANDLES:
            try:
                self._fd = os.pidfd_open(self.pid)
            except OSError:
                return self  # it has gone
        self.look = look(self.pid)  # taken after the handle: it is of the same process or of none
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def send(self, number: int) -> None:
        """Send a signal to it; nothing happens where it has gone."""
        try:
            if self._fd >= 0:
                signal.pidfd_send_signal(self._fd, number)
            else:
                os.kill(self.pid, number)
        except OSError:
            pass


def children(pid: int) -> list[int]:
    """The direct children of a process, of all its threads."""
    if not _HAS_CHILDREN_FILES:
        return [each.pid for each in _table().values() if each.parent == pid]
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  pathlib costs the guardian 10 ms
    except OSError:
        return []
    found = []
    for thread in threads:
        found += [int(number) for number in _read(f"/proc/{pid}/task/{thread}/children").split()]
    return found


def offspring(root: int) -> "Iterator[tuple[int, int]]":
    """All descendants of a process as (parent, pid), parents first, each read as late as it can be.

    Linux says that the list may miss some while processes come and go, and is exact when they are stopped.
    Who must be sure looks again until the kernel itself says that no child is left.
    """
    heirs = None if _HAS_CHILDREN_FILES else _heirs(root)
    seen = {root}
    ahead = [root]
    while ahead:
        parent = ahead.pop()
        for pid in children(parent) if heirs is None else heirs.get(parent, ()):
            if pid not in seen:
                seen.add(pid)
                yield parent, pid
                ahead.append(pid)


def held_up(pid: int) -> float:
    """Seconds that a process has waited for a core while it could have run (proc(5), schedstat): of its threads the
    one that has most; 0.0 where the system does not tell."""
    if not LINUX:
        return 0.0
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    except OSError:
        return 0.0
    told = (_read(f"/proc/{pid}/task/{thread}/schedstat").split() for thread in threads)
    return max((int(fields[1]) for fields in told if len(fields) > 1), default=0) / 1e9


def tree(root: int) -> list[int]:
    """All descendants of a process, parents before children, without itself."""
    return [pid for _, pid in offspring(root)]


def _heirs(root: int) -> dict[int, list[int]]:
    """Parent -> children, from one look at all processes.

    Where there are no subreapers (macOS, not yet run) orphans go to another parent: those of a process group
    that was once seen below the root count as its children.
    """
    table = _table()
    heirs: dict[int, list[int]] = {}
    for each in table.values():
        heirs.setdefault(each.parent, []).append(each.pid)
    if not LINUX:
        groups = _groups.setdefault(root, set())
        ahead = [root]
        while ahead:
            below = heirs.get(ahead.pop(), [])
            groups.update(table[pid].group for pid in below if table[pid].group == pid)
            ahead += below
        heirs.setdefault(root, []).extend(
            each.pid for each in table.values() if each.group in groups and each.parent == 1
        )
    return heirs


_groups: dict[int, set[int]] = {}


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 for one that has ended."""
    if not LINUX:
        return _resident_by_ps(pid)
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * _PAGE if len(fields) > 1 else 0


def own_share(pid: int) -> int:
    """Bytes that a process holds, those that it shares divided among the sharers: dearer to ask for by far.

    All that it holds where the system does not tell; 0 for one that has ended.
    """
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        name, _, rest = line.partition(b":")
        if name == b"Pss":
            return int(rest.split()[0]) * 1024
    return resident(pid)


def command_line(pid: int) -> str:
    """A process's command as one short line that is safe to show."""
    raw = _read(f"/proc/{pid}/cmdline") if LINUX else _command_by_ps(pid)
    line = raw.rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in line[:400])
    return line if len(line) < 160 else line[:159] + "…"


def environment_value(pid: int, name: bytes) -> bytes | None:
    """One variable of the environment that a process was started with, where it may be read (Linux only)."""
    for entry in _read(f"/proc/{pid}/environ").split(b"\0"):
        key, _, value = entry.partition(b"=")
        if key == name:
            return value
    return None


def everyone() -> list[int]:
    """The pids of all processes that can be seen."""
    if not LINUX:
        return list(_table())
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208


def tasks_in_all() -> int | None:
    """How many processes and threads there are on this machine; None where it can't be had cheaply."""
    fields = _read("/proc/loadavg").split()  # "0.20 0.18 0.12 1/80 11206", proc(5)
    counts = fields[3].partition(b"/")[2] if len(fields) > 3 else b""
    return int(counts) if counts.isdigit() else None


def newest() -> int:
    """The number of the process or thread that was made last on this machine; 0 where it can't be had cheaply."""
    last = _read("/proc/loadavg").rpartition(b" ")[2].strip()
    return int(last) if last.isdigit() else 0


def _table() -> dict[int, Look]:
    """All processes at once: for kernels without the children files, and (not yet run) for macOS by ps."""
    if LINUX:
        looks = (look(pid) for pid in everyone())
        return {each.pid: each for each in looks if each is not None}
    found = {}
    with os.popen("ps -axo pid=,ppid=,pgid=,stat=,lstart=") as lines:
        for line in lines:
            pid, parent, group, state, *born = line.split()
            found[int(pid)] = Look(int(pid), state[0], int(parent), int(group), " ".join(born))
    return found


def _resident_by_ps(pid: int) -> int:  # macOS, not yet run
    with os.popen(f"ps -o rss= -p {int(pid)}") as line:
        return int(line.read().strip() or 0) * 1024


def _command_by_ps(pid: int) -> bytes:  # macOS, not yet run
    with os.popen(f"ps -ww -o command= -p {int(pid)}") as line:
        return line.read().strip().encode("utf-8", "replace")


_HAS_CHILDREN_FILES = LINUX and os.access(f"/proc/self/task/{os.getpid()}/children", os.R_OK)


def _has_handles() -> bool:
    """Whether this kernel has pidfd_open(2): Linux 5.3, and not forbidden as in some containers."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


_HAS_HANDLES = _has_handles()
