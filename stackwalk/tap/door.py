"""The door: where clients come in, and who has it when we can't."""

import contextlib
import errno
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stackwalk.errors import StackwalkError

LISTENS = "0A"  # in /proc/net/tcp
LINUX = sys.platform.startswith("linux")
LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
QUEUE = 1024  # clients that may wait to be accepted; the system may allow fewer
TRIES = 20  # free ports tried until one is free on all addresses
LAST_PORT = 65535
SHOWN = 60  # characters of a command
NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)


class Door(NamedTuple):
    """Listening sockets on one port."""

    sockets: tuple[socket.socket, ...]
    port: int
    addresses: tuple[str, ...]  # "127.0.0.1", "::1"

    def close(self) -> None:
        for one in self.sockets:
            one.close()


class Holder(NamedTuple):
    """The process that has a port."""

    pid: int
    command: str  # printable, at most 60 characters
    taps: bool = False  # it is a stackwalk with a door of its own there: an open lab, or a trace


class DoorTaken(StackwalkError):
    """Somebody has the port already; or nobody has, and it rests.

    A port rests for up to a minute (TIME_WAIT) after the connections of a program that did not set SO_REUSEADDR:
    the system then refuses it to everybody, however they ask.
    """

    def __init__(self, port: int, holder: Holder | None, resting: bool = False) -> None:
        self.port = port
        self.holder = holder
        self.resting = resting
        if resting:
            super().__init__(
                f"Port {port} is not free yet: nobody listens there, but connections of the last minute hold it.",
                "Wait a minute, or choose another with --port.",
            )
            return
        who = "another program" if holder is None else f"`{holder.command}` (process {holder.pid})"
        end = "End that program" if holder is None else f"End it with `kill {holder.pid}`"
        super().__init__(f"Port {port} is taken: {who} listens there.", f"{end}, or choose another with --port.")


def open_door(port: int, host: str | None = None) -> Door:
    """Listen on a port (0: a free one), on 127.0.0.1 and, where there is one, ::1; or on the addresses of `host`.

    DoorTaken where somebody listens there; StackwalkError where it may not or can't be listened on.
    A port that is only waiting out the last connections of a door (TIME_WAIT) is not taken.
    """
    try:
        return _open(port, host)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise DoorTaken(port, holder(port), is_resting(port)) from problem
        if problem.errno == errno.EACCES:
            raise StackwalkError(
                f"Port {port} may not be opened: those below 1024 are for the system's administrator.",
                "Choose one from 1024 on with --port.",
            ) from problem
        raise _no_door(port, host, problem) from problem


def next_free_port(port: int, host: str | None = None) -> int:
    """The first port above `port` that a door could be opened on now. StackwalkError where there is none."""
    for candidate in range(port + 1, LAST_PORT + 1):
        try:
            _open(candidate, host).close()
        except OSError as problem:
            if problem.errno in (errno.EADDRINUSE, errno.EACCES) or host is None:
                continue
            raise _no_door(candidate, host, problem) from problem  # another port would be no better
        return candidate
    raise StackwalkError(f"No port above {port} is free.", "Choose a lower one with --port.")


def _no_door(port: int, host: str | None, problem: OSError) -> StackwalkError:
    where = f"port {port}" if host is None else f"{host} port {port}"
    return StackwalkError(
        f"Nothing can listen on {where} ({problem.strerror or problem}).", "Choose another address or port."
    )


def holder(port: int) -> Holder | None:
    """Who listens on a local port; None: nobody, or a process that we may not look into."""
    import psutil

    for pid in _listeners(port):
        try:
            process = psutil.Process(pid)
            words = process.cmdline() or [process.name()]
            if any(word.endswith("stackwalk/tap/__main__.py") for word in words):
                # A tap lives and dies with the stackwalk that started it.
                parent = process.parent()
                if parent is not None:
                    return Holder(parent.pid, _command(parent.cmdline()), taps=True)
            return Holder(pid, _command(words))
        except psutil.Error:
            continue
    return None


def is_listened_on(port: int) -> bool | None:
    """Whether some program listens on a local port; None: that can't be seen here."""
    if not LINUX:
        return None
    for family in ("tcp", "tcp6"):
        with contextlib.suppress(OSError), Path("/proc/net", family).open() as table:
            next(table, None)  # what its columns are called
            for line in table:
                _, local, _, state, *_ = line.split()
                if state == LISTENS and int(local.rpartition(":")[2], 16) == port:
                    return True
    return False


def is_resting(port: int) -> bool:
    """Whether connections are all that there is on a local port: nobody listens. Where that can't be seen: False."""
    import psutil

    if not LINUX:
        return False
    found = [one.status for one in psutil.net_connections("tcp") if one.laddr and one.laddr.port == port]
    return bool(found) and psutil.CONN_LISTEN not in found


def _listeners(port: int) -> Iterator[int]:
    import psutil

    if LINUX:
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid is not None:
                yield one.pid
        return
    # macOS (not yet run): the list of all sockets is the administrator's, that of one's own processes is not.
    for process in psutil.process_iter():
        try:
            for own in process.net_connections("tcp"):
                if own.status == psutil.CONN_LISTEN and own.laddr and own.laddr.port == port:
                    yield process.pid
        except psutil.Error:
            continue


def _command(words: list[str]) -> str:
    first, *rest = words or ["?"]
    text = " ".join([first.rpartition("/")[2] or first, *rest])
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _open(port: int, host: str | None) -> Door:
    if port:
        return _open_all(port, host)
    for _ in range(TRIES - 1):
        try:
            return _open_all(0, host)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise
    return _open_all(0, host)


def _open_all(port: int, host: str | None) -> Door:
    sockets: list[socket.socket] = []
    addresses: list[str] = []
    try:
        for family, address in _places(host):
            try:
                sockets.append(_listen(family, address, port))
            except OSError as problem:
                if host is None and addresses and problem.errno in NOT_HERE:
                    continue  # a machine without IPv6
                raise
            addresses.append(address)
            port = sockets[0].getsockname()[1]
    except OSError:
        for one in sockets:
            one.close()
        raise
    return Door(tuple(sockets), port, tuple(addresses))


def _places(host: str | None) -> list[tuple[int, str]]:
    if host is None:
        return [(int(family), address) for family, address in LOOPBACK]
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((int(family), str(address[0])) for family, _, _, _, address in found))


def _listen(family: int, address: str, port: int) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "darwin" and port:
            _raise_if_answered(family, address, port)
        # After our own last connections (TIME_WAIT) the port is free; a living listener still has it.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((address, port))
        listening.listen(QUEUE)
    except OSError:
        listening.close()
        raise
    return listening


def _raise_if_answered(family: int, address: str, port: int) -> None:
    """macOS (not yet run) lets one bind 127.0.0.1 beside a listener on all addresses, and takes its clients."""
    with socket.socket(family, socket.SOCK_STREAM) as asking:
        asking.settimeout(0.2)
        if asking.connect_ex((address, port)) == 0:
            raise OSError(errno.EADDRINUSE, "Address already in use")
