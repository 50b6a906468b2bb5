"""Lines to somebody who may be slow: a bounded queue, and what it had no room for is counted and said."""

import select
import socket
import time
from collections.abc import Callable

from stackwalk.tap.loop import READ, WRITE, Loop
from stackwalk.wire.lines import to_line
from stackwalk.wire.sight import Missed

SOON = 0.01  # seconds that lines are gathered: to wake the reader for each would cost more than the traffic does
ENOUGH = 64 * 1024  # bytes gathered that are sent sooner
ROOM = 4 * 1024 * 1024  # bytes that may wait for one reader
AT_ONCE = 256 * 1024  # bytes sent at once


class Outlet:
    """One who gets lines. `ended` is called once it is gone; what it says, `heard` is called with.

    `is_waited_for`: where there is no room the tap stands still until there is; nothing is left out.
    """

    def __init__(
        self,
        loop: Loop,
        own_socket: socket.socket,
        heard: Callable[["Outlet"], None],
        ended: Callable[["Outlet"], None],
        room: int = ROOM,
        is_waited_for: bool = False,
    ) -> None:
        own_socket.setblocking(False)
        self.socket = own_socket
        self._loop = loop
        self._heard = heard
        self._ended = ended
        self._room = room
        self._is_waited_for = is_waited_for
        self._waiting = bytearray()
        self._missed = 0
        self._is_due = False  # to be sent in a moment
        self._is_blocked = False
        self._is_over = False
        loop.watch(own_socket, READ, self._ready)

    def put(self, lines: bytes) -> None:
        """Send them, a little later, or count them where there is no room."""
        if self._is_waited_for and len(self._waiting) > self._room:
            self._make_room()
        waiting = len(self._waiting)
        if self._missed or (waiting and waiting + len(lines) > self._room and not self._is_waited_for):
            self._missed += lines.count(b"\n")
            return
        self._waiting += lines
        if not self._is_due and not self._is_over:
            self._is_due = True
            self._loop.at(time.monotonic() + SOON, self._gathered)
        if waiting < ENOUGH <= waiting + len(lines) and not self._is_blocked:
            self.flush()

    def must(self, line: bytes) -> None:
        """Send it in any case, and soon."""
        if not self._is_over:
            self._waiting += line
            self._loop.soon(self.flush)

    def _make_room(self) -> None:
        waiting = select.poll()
        waiting.register(self.socket, select.POLLOUT)
        while len(self._waiting) > self._room // 2 and not self._is_over:
            waiting.poll()
            self.flush()

    def _gathered(self) -> None:
        self._is_due = False
        if not self._is_blocked:
            self.flush()

    def flush(self) -> None:
        """Send what can be sent now."""
        while self._waiting and not self._is_over:
            try:
                sent = self.socket.send(self._waiting if len(self._waiting) <= AT_ONCE else self._waiting[:AT_ONCE])
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                self.close()
                return
            del self._waiting[:sent]
            if self._missed and len(self._waiting) < self._room // 2:
                self._waiting += to_line(Missed(0, time.monotonic(), self._missed))
                self._missed = 0
        if bool(self._waiting) != self._is_blocked and not self._is_over:
            self._is_blocked = not self._is_blocked
            self._loop.watch(self.socket, READ | WRITE if self._is_blocked else READ, self._ready)

    def close(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._waiting.clear()
            self._loop.forget(self.socket)
            self.socket.close()
            self._ended(self)

    def _ready(self, events: int) -> None:
        if events & WRITE:
            self.flush()
        if events & READ and not self._is_over:
            self._heard(self)
