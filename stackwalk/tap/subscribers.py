"""Those who look on: they come and go as they like, and slow nobody."""

import socket
import time
from collections.abc import Callable

from stackwalk.tap.attempt import NO_ROOM, PAUSE
from stackwalk.tap.loop import READ, Loop
from stackwalk.tap.outlet import Outlet


class Subscribers:
    """All who have connected to the feed."""

    def __init__(self, loop: Loop, greeting: Callable[[], bytes]) -> None:
        """greeting: the first line that each of them gets."""
        self._loop = loop
        self._greeting = greeting
        self._listening: socket.socket | None = None
        self._outlets: list[Outlet] = []

    def take(self, listening: socket.socket) -> None:
        """Listen here for more of them."""
        self.release()
        listening.setblocking(False)
        self._listening = listening
        self._loop.watch(listening, READ, self._accept)

    def release(self) -> None:
        """Nobody new; who is there stays."""
        if self._listening is not None:
            self._loop.forget(self._listening)
            self._listening.close()
            self._listening = None

    def put(self, lines: bytes) -> None:
        for outlet in self._outlets:
            outlet.put(lines)

    def _accept(self, _events: int) -> None:
        if self._listening is None:
            return
        try:
            subscriber, _ = self._listening.accept()
        except OSError as problem:
            if problem.errno in NO_ROOM:
                self._loop.watch(self._listening, 0, self._accept)
                self._loop.at(time.monotonic() + PAUSE, self._go_on)
            return
        outlet = Outlet(self._loop, subscriber, _drop, self._outlets.remove)
        outlet.must(self._greeting())
        self._outlets.append(outlet)

    def _go_on(self) -> None:
        if self._listening is not None:
            self._loop.watch(self._listening, READ, self._accept)


def _drop(outlet: Outlet) -> None:
    """A subscriber has nothing to say but that it leaves."""
    try:
        if outlet.socket.recv(4096):
            return
    except (BlockingIOError, InterruptedError):
        return
    except OSError:
        pass
    outlet.close()
