"""The feed of a door, as those who look on have it: whoever may, sees what passes there, and slows nothing."""

import contextlib
import os
import select
import socket
import stat
import time
from collections.abc import Callable

from stackwalk.tap.meeting import PATIENCE, Lines, connected_to, meeting_folders
from stackwalk.wire.lines import connection_of, from_line, hops_of, without_hop
from stackwalk.wire.sight import Sight

CONNECTIONS = 10_000  # whose hops are remembered
A_MOMENT = 0.1  # seconds that a feed may gather what it publishes, and a little more


def subscribe(port: int, hop: str | None = None) -> "Subscription | None":
    """See what passes at a local port from now on; None: nobody publishes that. `hop`: at that door of it alone."""
    for folder in meeting_folders():
        with contextlib.suppress(OSError):
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                connected = connected_to(folder / f"door-{port}.sock")
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
