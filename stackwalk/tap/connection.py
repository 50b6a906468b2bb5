"""Both sockets of one connection: what happens to one is done to the other.

Bytes are passed on, then read. An end is passed on as an end, and the other direction stays open; a reset is passed
on as a reset. Whoever sends more than the other takes is read no further until that has been taken. After a write
that failed the other side is read to its end before the loss is told: an answer may have come before it.
"""

import contextlib
import socket
import struct
import time
from collections.abc import Callable

from stackwalk.tap.loop import READ, WRITE, Loop
from stackwalk.tap.picture import LARGE, Picture
from stackwalk.wire.message import Side
from stackwalk.wire.reader import BODY_LIMIT
from stackwalk.wire.scribe import Scribe

CHUNK = 512 * 1024  # bytes read at once, and the most that waits to be taken in a direction
SMALL_CHUNK = 16 * 1024  # the same, while much waits in all
MUCH = 16 * 1024 * 1024  # bytes that wait to be taken, of all connections
BUFFER = bytearray(CHUNK)  # what has just been read; one thread reads
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time left: closing sends a reset
A_MOMENT = 0.05  # seconds: most connections are over by then
LAST_BYTES = 2.0  # seconds for what was sent before a reset to be taken


class Waiting:
    """What all connections of a tap have read and their other sides have not taken yet."""

    __slots__ = ("at_once", "size")

    def __init__(self) -> None:
        self.size = 0  # bytes
        self.at_once = CHUNK  # bytes that may be read at once now

    def change(self, by: int) -> None:
        self.size += by
        self.at_once = CHUNK if self.size < MUCH else SMALL_CHUNK


class End:
    """One of the two sockets, non-blocking and with TCP_NODELAY."""

    __slots__ = ("ended", "events", "lost", "outgoing", "ready", "reset", "side", "socket")

    def __init__(self, side: Side, own_socket: socket.socket) -> None:
        self.side: Side = side
        self.socket = own_socket
        self.outgoing: memoryview | None = None  # for this side, not taken yet
        self.ended = False  # it sends nothing more
        self.lost = False  # it takes nothing more
        self.reset = False
        self.events = 0
        self.ready: Callable[[int], None] | None = None


class Connection:
    """A client at the door, and, once joined, the server that it talks to."""

    def __init__(
        self,
        number: int,
        client: socket.socket,
        loop: Loop,
        picture: Picture,
        over: Callable[["Connection"], None],
        waiting: Waiting,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        self.number = number
        self.client = End("client", client)
        self.is_over = False
        self._server: End | None = None
        self._loop = loop
        self._picture = picture
        self._told_over = over
        self._waiting = waiting
        self.scribe = Scribe(number, body_limit)

    def join(self, server: socket.socket, was_reset: bool = False) -> None:
        """The server has taken the connection (and perhaps reset it since): bytes may pass."""
        self._server = End("server", server)
        self.scribe.reached_at = moment()
        self._server.lost = was_reset
        for end, peer in ((self.client, self._server), (self._server, self.client)):
            end.ready = self._ready_call(end, peer)
        if not was_reset and self.client.ready is not None:
            # What the client has asked by now need not wait for another turn.
            self.client.events = READ
            self.client.ready(READ)
            self.client.events = 0
        if not self.is_over:
            self._watch(self.client, self._server)
            self._watch(self._server, self.client)

    def give_up(self) -> None:
        """Reset whatever is open: the client must not take a cut answer for a whole one."""
        if self._server is not None and not self.is_over:
            self._picture.add(self.scribe, self.scribe.end, time.monotonic())
            _make_reset(self._server.socket)
        _make_reset(self.client.socket)
        self._close()

    def _ready_call(self, end: End, peer: End) -> Callable[[int], None]:
        """What is called when something is possible at `end`: the one place where speed counts."""
        side, scribe, waiting = end.side, self.scribe, self._waiting
        receive, send = end.socket.recv_into, peer.socket.send
        add, feed = self._picture.add, scribe.feed
        view = memoryview(BUFFER)

        def ready(events: int) -> None:
            if events != READ:
                if end.outgoing is not None:
                    self._flush(end, peer)
                if not events & READ:
                    return
            if not end.events & READ or self.is_over:
                return
            try:
                size = receive(BUFFER, waiting.at_once)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._reset_by(end, peer)
                return
            if not size:
                self._end_by(end, peer)
                return
            at = moment()
            data = view[:size]
            is_taken = True
            try:
                sent = send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                sent, is_taken = size, False
            if sent < size:
                self._wait(peer, memoryview(bytes(data[sent:])))
                self._watch(peer, end)
                self._watch(end, peer)
            if size < LARGE:
                add(scribe, feed, side, bytes(data), at)
            elif not self._is_counted(side, size):
                add(scribe, feed, side, bytes(data), at)
                self._picture.draw()  # many such would be much to keep
            if not is_taken:
                self._lose(peer, end)

        return ready

    def _is_counted(self, side: Side, size: int) -> bool:
        """Whether it is enough to count these bytes that have passed; they are counted then."""
        self._picture.draw()  # what came before decides
        if size > self.scribe.countable(side):
            return False
        self.scribe.count(side, size)
        return True

    def _flush(self, end: End, source: End) -> None:
        if end.outgoing is None:
            return
        try:
            sent = end.socket.send(end.outgoing)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._lose(end, source)
            return
        left = end.outgoing[sent:] if sent < len(end.outgoing) else None
        self._wait(end, left)
        if left is not None:
            return
        if source.reset:
            self._break(end)
        elif source.ended:
            self._pass_end(end, source)
        if not self.is_over:
            self._watch(end, source)
            self._watch(source, end)

    def _end_by(self, end: End, peer: End) -> None:
        if end.lost:
            self._reset_by(end, peer)  # the error was taken by the write that failed
            return
        end.ended = True
        at = time.monotonic()
        if peer.outgoing is None:
            self._pass_end(peer, end)
        self._tell_close(end, at, reset=False)
        if self.is_over:
            return
        if peer.ended and peer.outgoing is None and end.outgoing is None:
            end.events = 0  # in a moment both are closed, and nothing more is told of them
            return
        self._watch(end, peer)
        if not peer.ended:
            # Many at once: each waking would hold up somebody's bytes.
            self._loop.at((at // A_MOMENT + 2) * A_MOMENT, lambda: self._watch_reset(end, peer))

    def _pass_end(self, end: End, source: End) -> None:
        """Its other side has sent its last byte, and so do we."""
        is_over = end.ended and source.outgoing is None
        try:
            if is_over:
                end.socket.getpeername()  # an error where it was reset; closing it sends the end
            else:
                end.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._lose(end, source)
            return
        if is_over:
            self._loop.soon(self._close)  # soon: what ended it is told first

    def _lose(self, end: End, source: End) -> None:
        """A write failed: `end` was reset. What it sent before is still to be read."""
        end.lost = True
        self._wait(end, None)
        if end.ended or source.lost:
            self._reset_by(end, source)
        else:
            self._watch(end, source)
            self._watch(source, end)

    def _reset_by(self, end: End, peer: End) -> None:
        if end.reset or self.is_over:
            return
        end.reset = end.ended = end.lost = True
        self._wait(end, None)
        self._tell_close(end, time.monotonic(), reset=True)
        if peer.outgoing is None or peer.lost:
            self._break(peer)
            return
        self._watch(end, peer)
        self._watch(peer, end)
        self._loop.at(time.monotonic() + LAST_BYTES, lambda: self._break(peer))

    def _break(self, end: End) -> None:
        if not self.is_over:
            _make_reset(end.socket)
            self._close()

    def _close(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        for end in (self.client, self._server):
            if end is not None:
                self._loop.close_socket(end.socket)
                end.ready = None
                self._wait(end, None)
        self._told_over(self)

    def _wait(self, end: End, outgoing: memoryview | None) -> None:
        """These bytes are for `end`, which has not taken them yet."""
        self._waiting.change(len(outgoing or b"") - len(end.outgoing or b""))
        end.outgoing = outgoing

    def _watch(self, end: End, peer: End) -> None:
        """Wait for what may happen next at `end`: nothing is read for a peer that can't take it."""
        events = 0 if end.outgoing is None else WRITE
        if not end.ended and peer.outgoing is None and not peer.lost and not peer.reset:
            events |= READ
        if events != end.events and end.ready is not None:
            end.events = events
            self._loop.watch(end.socket, events, end.ready)

    def _watch_reset(self, end: End, peer: End) -> None:
        """Nothing is read of it any more, but it may still be reset."""
        if not self.is_over and not end.reset:
            self._loop.watch_reset(end.socket, lambda: self._reset_by(end, peer))

    def _tell_close(self, end: End, at: float, reset: bool) -> None:
        self._picture.add(self.scribe, self.scribe.close, end.side, at, reset)


def moment() -> float:
    """Now, to a microsecond, as it is written down."""
    return time.monotonic_ns() // 1000 / 1_000_000


def _make_reset(own_socket: socket.socket) -> None:
    with contextlib.suppress(OSError):
        own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
