"""Where threads leave what has happened, for the one loop that waits on descriptors."""

import contextlib
import queue
import socket
import threading

from stackwalk.session.session.events import Event

ROOM = 1_000  # events that may wait; who brings more waits with them
PATIENCE = 0.2  # seconds between two looks at whether anybody will ever read


class Mailbox:
    """Any thread puts; one takes, whenever `fileno` is readable."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue(ROOM)
        self._closed = threading.Event()
        self._bell, self._ring = socket.socketpair()
        self._bell.setblocking(False)
        self._ring.setblocking(False)

    def put(self, event: Event) -> None:
        """Leave an event; waits where there is no room, and drops it once the box is closed."""
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._events.put(event, timeout=PATIENCE)
                break
        self.ring()

    def ring(self) -> None:
        """Wake the loop. May be called by a signal handler."""
        with contextlib.suppress(OSError):  # the bell rings already, or nobody listens any more
            self._ring.send(b".")

    def fileno(self) -> int:
        """Readable when there is something to take."""
        return self._bell.fileno()

    def take(self) -> list[Event]:
        """What has been left since."""
        with contextlib.suppress(BlockingIOError):
            while self._bell.recv(4096):
                pass
        taken: list[Event] = []
        with contextlib.suppress(queue.Empty):
            while len(taken) < ROOM:
                taken.append(self._events.get_nowait())
        if len(taken) == ROOM:
            self.ring()
        return taken

    def close(self) -> None:
        """Nobody takes any more."""
        self._closed.set()
        self._ring.close()
        self._bell.close()
