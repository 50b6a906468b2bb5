"""Where a body ends: counted, in chunks, or with the connection (RFC 9112 6.3).

Each kind is fed bytes and says how far they belong to it. Only the first `limit` bytes are kept; the `more` after them
are handed out in pieces.
"""

import sys
from dataclasses import dataclass

from stackwalk.wire.events import Event, EventReader
from stackwalk.wire.message import Chunks, EndedBy, Head

SIZE_LINE_LIMIT = 4096  # bytes; chunk extensions are seldom used at all
TRAILER_LIMIT = 64 * 1024  # bytes
CHUNKS_KEPT = 8  # sizes of a body's first chunks
SIZE_DIGITS = 16  # hexadecimal digits of a chunk size: 64 bits
LENGTH_DIGITS = 19  # digits of a Content-Length: 63 bits
HEX = frozenset(b"0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why bytes can't be read as HTTP, and the first of them."""

    why: str
    raw: bytes


class Body:
    """A body in the making."""

    __slots__ = (
        "_limit",
        "_more",
        "_stream",
        "done",
        "ended_by",
        "events",
        "fault",
        "following",
        "handed",
        "kept",
        "size",
    )

    def __init__(self, ended_by: EndedBy, limit: int, more: int = 0) -> None:
        self.ended_by: EndedBy = ended_by
        self.kept = bytearray()
        self.following = bytearray()  # what came after that: for its owner to take
        self.handed = 0  # bytes of that which have been taken
        self.size = 0  # bytes: all that came
        self.done = False
        self.fault: Fault | None = None
        self._limit = limit
        self._more = more  # bytes that may still follow
        self._stream: EventReader | None = None
        self.events: list[Event] = []  # of it: for its owner to take

    @property
    def chunks(self) -> Chunks | None:
        """The pieces that it came in; None: it was not sent in chunks."""
        return None

    def feed(self, data: bytes, start: int) -> int:
        """Take what is the body's of `data[start:]`; the position after it."""
        raise NotImplementedError

    @property
    def countable(self) -> int:
        """So many of the next bytes would only be counted."""
        return 0

    def count(self, size: int) -> None:
        """So many bytes came, and all of them were countable."""
        self.size += size

    def take(self, size: int) -> bytes:
        """So many bytes, or fewer, of what follows."""
        taken = bytes(self.following[:size])
        del self.following[:size]
        self.handed += len(taken)
        return taken

    def stream(self, reader: EventReader) -> None:
        """It is a stream of events, which this reads."""
        self._stream = reader

    def keep_no_more(self) -> None:
        """Whoever comes for what follows comes too late."""
        self._more = 0
        self.following.clear()

    @property
    def _is_counted(self) -> bool:
        """Whether nothing more is kept, or read."""
        return not self._more and self._stream is None and len(self.kept) == self._limit

    def _take(self, data: bytes, start: int, end: int) -> int:
        kept = min(end, start + self._limit - len(self.kept))
        if kept > start:
            self.kept += data[start:kept]
        if self._more and end > kept:
            follow = min(end, kept + self._more)
            self.following += data[kept:follow]
            self._more -= follow - kept
        if self._stream is not None:
            self.events += self._stream.feed(data[start:end])
        self.size += end - start
        return end


class UntilClose(Body):
    """All that comes until the connection ends."""

    __slots__ = ()

    def __init__(self, limit: int, more: int = 0) -> None:
        super().__init__("close", limit, more)

    @property
    def countable(self) -> int:
        return sys.maxsize if self._is_counted else 0

    def feed(self, data: bytes, start: int) -> int:
        return self._take(data, start, len(data))


class Counted(Body):
    """So many bytes as Content-Length said."""

    __slots__ = ("_length",)

    def __init__(self, length: int, limit: int, more: int = 0) -> None:
        super().__init__("length", limit, more)
        self._length = length
        self.done = length == 0

    @property
    def countable(self) -> int:
        # All but the last: with it the message ends.
        return self._length - self.size - 1 if self._is_counted else 0

    def feed(self, data: bytes, start: int) -> int:
        end = self._take(data, start, min(len(data), start + self._length - self.size))
        self.done = self.size == self._length
        return end


class Chunked(Body):
    """Chunks, each with its size before it, and a trailer (RFC 9112 7.1)."""

    __slots__ = ("_count", "_left", "_line", "_sizes", "_state", "_trailer")

    def __init__(self, limit: int, more: int = 0) -> None:
        super().__init__("chunked", limit, more)
        self._line = bytearray()
        self._state = "size"
        self._left = 0  # bytes of the present chunk
        self._trailer = 0  # bytes of it so far
        self._count = 0
        self._sizes: list[int] = []

    @property
    def chunks(self) -> Chunks:
        return Chunks(self._count, tuple(self._sizes))

    @property
    def countable(self) -> int:
        return self._left - 1 if self._state == "data" and self._is_counted else 0

    def count(self, size: int) -> None:
        super().count(size)
        self._left -= size

    def feed(self, data: bytes, start: int) -> int:
        position = start
        while position < len(data) and not self.done and self.fault is None:
            if self._state == "data":
                end = self._take(data, position, min(len(data), position + self._left))
                self._left -= end - position
                position = end
                if not self._left:
                    self._state = "after"
            elif self._state == "after":
                position = self._after(data, position)
            else:
                position = self._read_line(data, position)
        return position

    def _after(self, data: bytes, position: int) -> int:
        byte = data[position : position + 1]
        if byte == b"\n":
            self._line.clear()
            self._state = "size"
        elif byte == b"\r" and not self._line:
            self._line += byte
        else:
            self.fault = Fault("a chunk is longer than the size before it says", bytes(self._line + byte))
        return position + 1

    def _read_line(self, data: bytes, position: int) -> int:
        newline = data.find(b"\n", position)
        end = len(data) if newline < 0 else newline + 1
        room = SIZE_LINE_LIMIT + 1 if self._state == "size" else TRAILER_LIMIT + 1
        if self._state == "size":
            self._line += data[position : min(end, position + room - len(self._line))]
            if len(self._line) > SIZE_LINE_LIMIT:
                self.fault = Fault("the line with a chunk's size is too long", bytes(self._line[:64]))
            elif newline >= 0:
                self._begin_chunk()
            return end
        self._trailer += end - position
        if len(self._line) < 2:  # enough to know whether the line is empty
            self._line += data[position : min(end, position + 2)]
        if self._trailer > TRAILER_LIMIT:
            self.fault = Fault("what follows the last chunk is too long", bytes(self._line[:2]))
        elif newline >= 0:
            self.done = bytes(self._line[:2]) in (b"\n", b"\r\n")
            self._line.clear()
        return end

    def _begin_chunk(self) -> None:
        line = bytes(self._line)
        digits = line.partition(b";")[0].strip(b" \t\r\n")
        if not digits or len(digits) > SIZE_DIGITS or not HEX.issuperset(digits):
            self.fault = Fault("a chunk's size is not a hexadecimal number", line[:64])
            return
        self._line.clear()
        self._left = int(digits, 16)
        if self._left:
            self._count += 1
            if len(self._sizes) < CHUNKS_KEPT:
                self._sizes.append(self._left)
        self._state = "data" if self._left else "trailer"


def request_body(head: Head, limit: int, more: int = 0) -> Body | Fault | None:
    """How a request's body ends; None: it has none (RFC 9112 6.3, 6 and 7)."""
    codings = _codings(head)
    if codings:
        if codings[-1] == b"chunked":
            return Chunked(limit, more)
        return Fault("the request's Transfer-Encoding is not chunked, so nobody can know its end", b"")
    lengths = head.every("content-length")
    if not lengths:
        return None
    length = _length(lengths)
    if length is None:
        values = _lengths(lengths)
        why = "Content-Length is not a number"
        if len(values) > 1:
            why = "Content-Lengths differ, so nobody can know its end"
        elif all(map(bytes.isdigit, values)):
            why = "Content-Length is a number too big to count with"
        return Fault(f"the request's {why}", b", ".join(lengths)[:64])
    return Counted(length, limit, more)


def response_body(head: Head, method: str, status: int, limit: int, more: int = 0) -> Body | None:
    """How an answer's body ends; None: it has none (RFC 9112 6.3).

    A Content-Length that is not a number, or too big a one, counts as none: the body then ends with the connection.
    """
    if method == "HEAD" or status < 200 or status in (204, 304) or (method == "CONNECT" and status < 300):
        return None
    codings = _codings(head)
    if codings:
        return Chunked(limit, more) if codings[-1] == b"chunked" else UntilClose(limit, more)
    length = _length(head.every("content-length"))
    return UntilClose(limit, more) if length is None else Counted(length, limit, more)


def promised(head: Head) -> str:
    """`" of the 9 that were promised"`, where Content-Length alone says how long an answer's body is."""
    length = None if _codings(head) else _length(head.every("content-length"))
    return "" if length is None else f" of the {length:,} that were promised"


def _codings(head: Head) -> list[bytes]:
    joined = b",".join(head.every("transfer-encoding")).lower()
    return [coding for part in joined.split(b",") if (coding := part.strip(b" \t"))]


def _lengths(values: tuple[bytes, ...]) -> set[bytes]:
    return {part.strip(b" \t") for value in values for part in value.split(b",")}


def _length(values: tuple[bytes, ...]) -> int | None:
    # The same number more than once is that number (RFC 9112 6.3).
    numbers = _lengths(values)
    if len(numbers) != 1:
        return None
    digits = numbers.pop()
    return int(digits) if digits.isdigit() and len(digits) <= LENGTH_DIGITS else None
