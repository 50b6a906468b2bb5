"""The sockets of step 1.0: a listening one, and the connections that the learner answers by hand.

Single-threaded: `fileno` becomes readable when there is something to do, `read` does it and returns what
happened as events. Nothing is sent but what `send` was given. A close says its end first and then takes what
the client still sends until that has closed too, so that no reset overtakes the answer; whoever keeps quiet
is given up after a moment. All is bounded: connections, heads, what is kept of a body, the work of one call.
"""

import contextlib
import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from stackwalk.session.human import Brought, Called, Connected, HumanEvent, Left, Odd, Received

MOST_CONNECTIONS = 64  # a browser opens about ten
LONGEST_HEAD = 64 * 1024  # bytes
KEPT_OF_BODY = 4 * 1024  # bytes that are shown; the rest is read and dropped
PATIENCE = 2.0  # seconds that a client may take to close after our end
_PIECE = 64 * 1024  # bytes read from one connection in one call
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TLS_HELLO = b"\x16\x03"


@dataclass(slots=True)
class _Connection:
    number: int
    socket: socket.socket
    head: bytes = b""
    asked: bool = False
    kept: int = 0  # bytes of the body that were reported
    unsent: bytes = b""
    ending: bool = False  # nothing more will be sent
    ended_at: float | None = None  # when our end was said
    watched: int = 0


class HumanStage:
    """What the learner holds as a server. Made by `hosting`; numbers count connections from 1."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._connections: dict[int, _Connection] = {}
        self._count = 0
        self._unread: list[HumanEvent] = []
        self.port: int = listener.getsockname()[1]

    def fileno(self) -> int:
        """A descriptor that is readable when `read` has something to do."""
        return self._selector.fileno()

    def read(self) -> list[HumanEvent]:
        """What has happened since the last call; never blocks.

        Call it when `fileno` is readable, and about once a second beside: a client that keeps its side open
        after its answer is given up by the clock.
        """
        happened, self._unread = self._unread, []
        for key, mask in self._selector.select(0):
            if key.fileobj is self._listener:
                happened += self._accept()
                continue
            connection: _Connection = key.data
            if mask & selectors.EVENT_WRITE and connection.number in self._connections:
                happened += self._flush(connection)
            if mask & selectors.EVENT_READ and connection.number in self._connections:
                happened += self._take(connection)
        return happened + self._give_up(time.monotonic())

    def send(self, caller: int, data: bytes) -> None:
        """Pass bytes to this caller; one that has gone is passed over, `Left` says so."""
        connection = self._connections.get(caller)
        if connection is None or connection.ending:
            return
        connection.unsent += data
        self._unread += self._flush(connection)

    def close(self, caller: int) -> None:
        """Say our end to this caller once all is sent, then wait for its own."""
        connection = self._connections.get(caller)
        if connection is None:
            return
        connection.ending = True
        self._unread += self._flush(connection)

    def end(self) -> None:
        """Close everything at once."""
        for connection in tuple(self._connections.values()):
            self._drop(connection)
        self._selector.close()
        self._listener.close()

    def _accept(self) -> list[HumanEvent]:
        happened: list[HumanEvent] = []
        for _ in range(MOST_CONNECTIONS):
            try:
                accepted, _ = self._listener.accept()
            except OSError:  # nobody left, gone again already, or no descriptor free: the next call tries again
                break
            accepted.setblocking(False)
            happened += self._make_room()
            self._count += 1
            connection = _Connection(self._count, accepted)
            self._connections[connection.number] = connection
            self._watch(connection)
            happened.append(Connected(connection.number))
        return happened

    def _make_room(self) -> list[HumanEvent]:
        if len(self._connections) < MOST_CONNECTIONS:
            return []
        silent = [one for one in self._connections.values() if not one.asked]
        oldest = (silent or list(self._connections.values()))[0]
        self._drop(oldest)
        return [Left(oldest.number) if oldest.asked else Odd(oldest.number, "crowd")]

    def _take(self, connection: _Connection) -> list[HumanEvent]:
        try:
            data = connection.socket.recv(_PIECE)
        except BlockingIOError:
            return []
        except OSError:
            self._drop(connection)
            return [Left(connection.number)]
        if not data:
            return self._at_its_end(connection)
        if connection.ended_at is not None:
            return []
        if connection.asked:
            return self._more_of_body(connection, data)
        return self._more_of_head(connection, data)

    def _more_of_head(self, connection: _Connection, data: bytes) -> list[HumanEvent]:
        # Line ends before a request are passed over (RFC 9112, 2.2).
        connection.head = (connection.head + data).lstrip(b"\r\n")
        if connection.head.startswith(_TLS_HELLO):
            self._drop(connection)
            return [Odd(connection.number, "tls")]
        end = _HEAD_END.search(connection.head)
        if end is None:
            if len(connection.head) <= LONGEST_HEAD:
                return []
            self._drop(connection)
            return [Odd(connection.number, "too long")]
        connection.asked = True
        head, rest = connection.head[: end.end()], connection.head[end.end() :]
        connection.head = b""
        happened: list[HumanEvent] = [Called(connection.number, head)]
        return happened + self._more_of_body(connection, rest)

    def _more_of_body(self, connection: _Connection, data: bytes) -> list[HumanEvent]:
        shown = data[: KEPT_OF_BODY - connection.kept]
        connection.kept += len(shown)
        return [Brought(connection.number, shown)] if shown else []

    def _at_its_end(self, connection: _Connection) -> list[HumanEvent]:
        # A client that only ends its own side ("I have said all") may still read. Behind a tap or a browser
        # that is as good as gone before it was answered; a write into a closed one would be a reset.
        self._drop(connection)
        if connection.ended_at is not None:
            return [Received(connection.number)]
        return [Left(connection.number)]

    def _flush(self, connection: _Connection) -> list[HumanEvent]:
        if connection.ended_at is not None:
            return []
        try:
            while connection.unsent:
                sent = connection.socket.send(connection.unsent)
                connection.unsent = connection.unsent[sent:]
            if connection.ending:
                connection.socket.shutdown(socket.SHUT_WR)
                connection.ended_at = time.monotonic()
        except BlockingIOError:
            pass
        except OSError:
            self._drop(connection)
            return [Left(connection.number)]
        self._watch(connection)
        return []

    def _give_up(self, now: float) -> list[HumanEvent]:
        happened: list[HumanEvent] = []
        for connection in tuple(self._connections.values()):
            if connection.ended_at is not None and now - connection.ended_at > PATIENCE:
                self._drop(connection)
                happened.append(Received(connection.number))
        return happened

    def _watch(self, connection: _Connection) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.unsent else 0)
        if connection.watched == 0:
            self._selector.register(connection.socket, wanted, connection)
        elif connection.watched != wanted:
            self._selector.modify(connection.socket, wanted, connection)
        connection.watched = wanted

    def _drop(self, connection: _Connection) -> None:
        del self._connections[connection.number]
        self._selector.unregister(connection.socket)
        connection.socket.close()


@contextlib.contextmanager
def hosting() -> Iterator[HumanStage]:
    """A stage on a free port of 127.0.0.1; all its connections are closed when the block ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=MOST_CONNECTIONS)
    listener.setblocking(False)
    stage = HumanStage(listener)
    try:
        yield stage
    finally:
        stage.end()
