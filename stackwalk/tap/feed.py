"""The feed of a door: whoever may, sees what passes there, and slows nothing.

It is a socket in a folder that only its owner can enter. A feed that can't be connected to is stale: what made it
was killed.
"""

import contextlib
import os
import select
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

from stackwalk.errors import StackwalkError
from stackwalk.wire.lines import connection_of, from_line, hops_of, without_hop
from stackwalk.wire.sight import Sight

LONGEST_PATH = 100  # bytes; macOS takes 104 with the zero at the end, Linux 108
AT_ONCE = 1024 * 1024  # bytes taken by one read
CONNECTIONS = 10_000  # whose hops are remembered
A_MOMENT = 0.1  # seconds that a feed may gather what it publishes, and a little more
PATIENCE = 1.0  # seconds for a feed to be connected to


def feed_folder() -> Path:
    """The folder of all feeds of this user, made where it is not there yet.

    StackwalkError where it is somebody else's, or a link: then whoever owns it could see what passes.
    """
    for folder in _folders():
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except FileExistsError:
            found = folder.lstat()
        except OSError:
            continue
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StackwalkError(
                f"{folder} should be a folder of yours, and it is not.",
                "Remove it, or set XDG_RUNTIME_DIR to a folder that only you can enter.",
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
        return folder
    raise StackwalkError(
        "There is no folder for showing the traffic to other terminals.",
        "Set TMPDIR to a folder that you can write.",
    )


def publishing(port: int) -> tuple[socket.socket, Path] | None:
    """A socket that listens for those who want to see what passes at a port; None: somebody publishes there."""
    path = feed_folder() / f"door-{port}.sock"
    living = _connected(path)
    if living is not None:
        living.close()
        return None
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(16)
    except OSError as problem:
        listening.close()
        raise StackwalkError(
            f"Other terminals can't be shown the traffic: {path} could not be made ({problem.strerror}).",
            "Look whether that folder can be written and its disk has room.",
        ) from problem
    return listening, path


def subscribe(port: int, hop: str | None = None) -> "Subscription | None":
    """See what passes at a local port from now on; None: nobody publishes that. `hop`: at that door of it alone."""
    for folder in _folders():
        with contextlib.suppress(OSError):
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                connected = _connected(folder / f"door-{port}.sock")
                if connected is not None:
                    return Subscription(connected, hop)
    return None


class Subscription:
    """What passes at a door, as it is published; to be closed."""

    def __init__(self, connected: socket.socket, hop: str | None = None) -> None:
        connected.setblocking(False)
        self._socket = connected
        self._lines = Lines()
        self._hop = hop
        self._hops: dict[int, str] = {}  # connection -> its hop, of a tap with several doors
        self._all: tuple[str, ...] | None = None  # hops, once they have been told
        self._early: list[bytes] = []  # lines that came while those were waited for

    def hops(self) -> tuple[str, ...] | None:
        """All hops there are, by name; ("",): one door alone. None: an older stackwalk, which does not tell."""
        deadline = time.monotonic() + PATIENCE
        while self._all is None and not self.ended and (left := deadline - time.monotonic()) > 0:
            select.select([self._socket], [], [], left)
            self._early += self._read_lines()
        return self._all

    def hop_of(self, connection: int) -> str:
        """The hop that a connection is on; "" where the tap has one door alone."""
        return self._hops.get(connection, "")

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._lines.ended

    def fileno(self) -> int:
        """Ready to be read when there is something to `read`, the end included."""
        return self._socket.fileno()

    def read(self) -> list[Sight]:
        """What has come, without waiting."""
        sights: list[Sight] = []
        for line in self.read_lines():
            with contextlib.suppress(ValueError):  # a newer stackwalk may tell what this one does not know
                sights.append(from_line(line))
        return sights

    def read_lines(self) -> list[bytes]:
        """The same as lines of JSON (see `wire.lines`), without their newlines and the names of their hops."""
        early, self._early = self._early, []
        return early + self._read_lines()

    def _read_lines(self) -> list[bytes]:
        lines: list[bytes] = []
        for line in self._lines.read(self._socket):
            if self._all is None and (hops := hops_of(line)) is not None:
                self._all = hops
                continue
            hop, plain = without_hop(line)
            if self._hop is not None and hop != self._hop:
                continue
            if hop:
                self._remember(plain, hop)
            lines.append(plain)
        return lines

    def _remember(self, line: bytes, hop: str) -> None:
        connection = connection_of(line)
        self._hops[connection] = hop
        if len(self._hops) > CONNECTIONS:
            del self._hops[next(iter(self._hops))]

    def mark(self) -> Callable[[], bool]:
        """What is returned says whether all that has been published by now, or a moment ago, has been read."""
        until = time.monotonic() + A_MOMENT
        return lambda: self.ended or time.monotonic() > until

    def close(self) -> None:
        self._socket.close()


class Lines:
    """The lines that come to a socket that does not wait, in whatever pieces."""

    def __init__(self) -> None:
        self.ended = False  # nothing more will come
        self._begun: list[bytes] = []  # pieces of a line that is not whole; a line may have hundreds of them

    def read(self, source: socket.socket) -> list[bytes]:
        """Those that are whole by now."""
        lines: list[bytes] = []
        size = 0
        while size < AT_ONCE:
            try:
                data = source.recv(AT_ONCE)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                data = b""
            if not data:
                self.ended = True
                break
            size += len(data)
            first, newline, rest = data.partition(b"\n")
            self._begun.append(first)
            if newline:
                *whole, rest = rest.split(b"\n")
                lines += [b"".join(self._begun), *whole]
                self._begun = [rest] if rest else []
        return lines


def _folders() -> list[Path]:
    """Where feeds may be, the one to publish in first."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    name = f"stackwalk-{os.getuid()}"
    folders = [Path(os.environ.get("TMPDIR") or "/tmp") / name, Path("/tmp") / name]
    if runtime and Path(runtime).is_dir() and Path(runtime).stat().st_uid == os.getuid():
        folders.insert(0, Path(runtime) / "stackwalk")
    return [folder for folder in folders if len(os.fsencode(folder)) + len("/door-65535.sock") <= LONGEST_PATH]


def _connected(path: Path) -> socket.socket | None:
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connecting.settimeout(PATIENCE)
    try:
        connecting.connect(str(path))
    except OSError:
        connecting.close()
        return None
    return connecting
