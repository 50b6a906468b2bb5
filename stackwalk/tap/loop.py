"""What the tap waits for: sockets, deadlines, and resets of sockets that nobody reads."""

import heapq
import os
import select
import selectors
import socket
import time
from collections.abc import Callable
from itertools import count

READ, WRITE = 1, 4  # as epoll has them
EAGER = 0.0001  # seconds for which what comes next is looked for without going to sleep: to be woken takes longer
FEW = 16  # sockets that are watched; of more, something has come by itself
HELD_UP = 0.0002  # seconds between two such looks: others want the core
IN_VAIN = 8  # times that nothing was seen, one after the other
REST = 0.004  # seconds without such looks after either

Ready = Callable[[int], None]  # called with READ, WRITE or both


class Loop:
    """One thread's waiting. A callback may watch, forget and close anything, itself included."""

    def __init__(self) -> None:
        self._poll: select.epoll | Kqueue = select.epoll() if hasattr(select, "epoll") else Kqueue()
        self._ready: dict[int, Ready] = {}  # by the number of the socket
        self._gone: set[int] = set()  # numbers let go of in this turn: what is told of them is old
        self._deadlines: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._soon: list[Callable[[], None]] = []
        self._resets: Resets | None = None
        self._is_lively = False  # something came the last time
        self._in_vain = 0
        self._rests_until = 0.0

    def watch(self, watched: socket.socket, events: int, ready: Ready) -> None:
        """Call `ready` whenever one of `events` is possible; 0: never."""
        number = watched.fileno()
        if number in self._ready:
            if events:
                self._poll.modify(number, events)
                self._ready[number] = ready
            else:
                self._poll.unregister(number)
                del self._ready[number]
                self._gone.add(number)
        elif events:
            self._poll.register(number, events)
            self._ready[number] = ready

    def watch_reset(self, watched: socket.socket, call: Callable[[], None]) -> None:
        """Call once if a socket that has ended is reset too, although nothing is read of it any more."""
        if self._resets is None:
            if not hasattr(select, "epoll"):
                return  # macOS (not yet run): the reset shows at the next write
            self._resets = Resets()
            self._poll.register(self._resets.fileno(), READ)
            self._ready[self._resets.fileno()] = self._resets.ready
        self._resets.watch(watched, call)

    def forget(self, watched: socket.socket) -> None:
        """Nothing is called for it any more; to be done before it is closed."""
        self.watch(watched, 0, _nothing)
        if self._resets is not None:
            self._resets.forget(watched)

    def close_socket(self, watched: socket.socket) -> None:
        """Close it; nothing is called for it any more. The system forgets what is closed by itself."""
        number = watched.fileno()
        if self._ready.pop(number, None) is not None:
            self._gone.add(number)
            if isinstance(self._poll, Kqueue):
                self._poll.unregister(number)
        if self._resets is not None:
            self._resets.forget(watched)
        watched.close()

    def at(self, deadline: float, call: Callable[[], None]) -> None:
        """Call once when `time.monotonic()` has passed `deadline`; `call` checks whether it still matters."""
        heapq.heappush(self._deadlines, (deadline, next(self._order), call))

    def soon(self, call: Callable[[], None]) -> None:
        """Call once after all that is ready now."""
        self._soon.append(call)

    def close(self) -> None:
        self._poll.close()
        if self._resets is not None:
            self._resets.close()

    def turn(self) -> None:
        """Wait until something is ready, and call what is to be called."""
        timeout = None
        if self._soon:
            timeout = 0.0
        elif self._deadlines:
            timeout = max(0.0, self._deadlines[0][0] - time.monotonic())
        self._gone.clear()
        told = self._poll.poll(0) or self._look(timeout)
        self._is_lively = bool(told)
        for number, events in told:
            if number in self._ready and number not in self._gone:
                # A hang-up or an error is told as both: whoever tries, finds out.
                self._ready[number](events if events in (READ, WRITE) else READ | WRITE)
        if self._soon:
            calls, self._soon = self._soon, []
            for call in calls:
                call()
        if self._deadlines:
            now = time.monotonic()
            while self._deadlines and self._deadlines[0][0] <= now:
                heapq.heappop(self._deadlines)[2]()

    def _look(self, timeout: float | None) -> list[tuple[int, int]]:
        """What comes next, at most so many seconds later; for a moment without going to sleep.

        That is left alone where nothing comes of it, or others want the core, or many are connected.
        """
        last = began = time.monotonic()
        if timeout == 0.0 or not self._is_lively or len(self._ready) > FEW or began < self._rests_until:
            return self._poll.poll(timeout)
        is_held_up = False
        while last - began < EAGER and not is_held_up:
            os.sched_yield()
            told = self._poll.poll(0)
            now = time.monotonic()
            if told:
                self._in_vain = 0
                return told
            is_held_up = now - last > HELD_UP
            last = now
        self._in_vain += 1
        if is_held_up or self._in_vain >= IN_VAIN:
            self._rests_until = last + REST
        return self._poll.poll(timeout)


class Resets:
    """An epoll of its own (Linux): it tells of a reset without asking for any other event."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}

    def fileno(self) -> int:
        return self._epoll.fileno()

    def close(self) -> None:
        self._epoll.close()

    def watch(self, watched: socket.socket, call: Callable[[], None]) -> None:
        if watched.fileno() not in self._calls:
            # Once: a hang-up that is no reset would otherwise be told for ever.
            self._epoll.register(watched.fileno(), select.EPOLLONESHOT)
            self._calls[watched.fileno()] = call

    def forget(self, watched: socket.socket) -> None:
        if self._calls.pop(watched.fileno(), None) is not None:
            self._epoll.unregister(watched.fileno())

    def ready(self, _events: int) -> None:
        for number, events in self._epoll.poll(0):
            if events & select.EPOLLERR and number in self._calls:
                self._calls[number]()


def _nothing(_events: int) -> None:
    pass


class Kqueue:
    """What `select.epoll` is, made of `selectors`, for macOS (not yet run)."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.close = self._selector.close
        self.unregister = self._selector.unregister

    def register(self, number: int, events: int) -> None:
        self._selector.register(number, self._events(events))

    def modify(self, number: int, events: int) -> None:
        self._selector.modify(number, self._events(events))

    def poll(self, timeout: float | None) -> list[tuple[int, int]]:
        told = self._selector.select(timeout)
        return [
            (key.fd, READ * bool(ready & selectors.EVENT_READ) | WRITE * bool(ready & selectors.EVENT_WRITE))
            for key, ready in told
        ]

    def _events(self, events: int) -> int:
        return selectors.EVENT_READ * bool(events & READ) | selectors.EVENT_WRITE * bool(events & WRITE)
