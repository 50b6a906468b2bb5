"""The feed of a door, as those who look on have it: whoever may, sees what passes there, and slows nothing."""

import contextlib
import os
import socket
import stat
import time
from collections.abc import Callable

from stackwalk.tap.meeting import Lines, connected_to, meeting_folders
from stackwalk.wire.lines import connection_of, from_line, without_hop
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
        lines: list[bytes] = []
        for line in self._lines.read(self._socket):
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
