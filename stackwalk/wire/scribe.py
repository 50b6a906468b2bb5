"""What a connection's `Reader` sees, written down as lines.

Most exchanges are plain: a request in one piece and, after it, its whole answer in one piece. Those are written down
without being taken apart, which is several times as fast. With the first byte of anything else the `Reader` takes
over, from the place where it would be itself, and keeps on until nothing is left open.
"""

import re
from binascii import b2a_base64

from stackwalk.wire.lines import to_line
from stackwalk.wire.message import Side
from stackwalk.wire.reader import BODY_LIMIT, Reader
from stackwalk.wire.sight import Sight

PLAIN_HEAD = 16 * 1024  # bytes; a longer head is left to the reader
# CONNECT and HEAD decide how their answers are read, and are left to the reader.
REQUEST_LINE = re.compile(rb"(?!CONNECT |HEAD )[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} [^\x00- \x7f]+ HTTP/1\.[01]\r\n")
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (?!204|304)[2-5][0-9][0-9](?: [^\r\n]*)?\r\n")
LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
# What makes a head more than plain: an early end, a folded line, framing, an end of HTTP.
MORE = re.compile(rb"\n(?:\n|\r\n|[ \t]|content-length|transfer-encoding|upgrade)", re.IGNORECASE)

ASKED = (
    b'{"sight":"asked","connection":%d,"at":%b,"number":%d,"request":{"head_b64":"%b","body_b64":"","body_size":0}}\n'
)
ANSWERED = (
    b'{"sight":"answered","connection":%d,"at":%b,"exchange":{"number":%d,"connection":%d,'
    b'"request":{"head_b64":"%b","body_b64":"%b","body_size":%d},'
    b'"response":{"head_b64":"%b","body_b64":"%b","body_size":%d,"ended_by":"length"},'
    b'"asked_at":%b,"request_done_at":%b,"answered_at":%b,"done_at":%b,"notes":[]}}\n'
)


class Scribe:
    """Both directions of one connection; `feed`, `close` and `end` return lines. See `Reader`."""

    __slots__ = ("_asked", "_body_limit", "_bytes", "_connection", "_count", "_reader", "_written")

    def __init__(self, connection: int, body_limit: int = BODY_LIMIT) -> None:
        self._connection = connection
        self._body_limit = body_limit
        self._reader: Reader | None = None  # in charge, where it is not plain
        self._count = 0  # exchanges
        self._bytes: dict[Side, int] = {"client": 0, "server": 0}  # as long as it is plain
        self._asked: tuple[bytes, float] | None = None  # a plain request without its answer, and when it came
        self._written = (b"", b"", b"", 0)  # of that: when, its head, its body, its body's size

    def feed(self, side: Side, data: bytes, at: float) -> bytes:
        """Bytes have passed: what is known by them."""
        if self._reader is None:
            if side == "client":
                if self._asked is None and (found := plain_lengths(data, REQUEST_LINE, 0)) is not None:
                    return self._ask(data, at, found)
            elif self._asked is not None and (found := plain_lengths(data, STATUS_LINE, None)) is not None:
                return self._answer(data, at, found)
        reader = self._reader or self._hand_over()
        lines = _lines(reader.feed(side, data, at))
        if reader.is_idle:
            self._take_back(reader)
        return lines

    def countable(self, side: Side) -> int:
        """So many of the next bytes need not be fed: it is enough to `count` them."""
        return 0 if self._reader is None else self._reader.countable(side)

    def count(self, side: Side, size: int) -> None:
        """So many bytes have passed, and all of them were countable."""
        if self._reader is not None:
            self._reader.count(side, size)

    def close(self, side: Side, at: float, reset: bool = False) -> bytes:
        """A side has sent its last byte, or has reset the connection."""
        return _lines((self._reader or self._hand_over()).close(side, at, reset))

    def end(self, at: float) -> bytes:
        """Nobody passes anything on any more."""
        return _lines((self._reader or self._hand_over()).end(at))

    def silence(self) -> None:
        """Read nothing more; bytes are still counted, and the end is still said."""
        (self._reader or self._hand_over()).silence()

    def _ask(self, data: bytes, at: float, found: tuple[int, int]) -> bytes:
        length, size = found
        self._count += 1
        self._asked = data, at
        self._bytes["client"] += len(data)
        head = data[:length]
        body = b2a_base64(data[length : length + self._body_limit], newline=False) if size else b""
        when, written = repr(at).encode(), b2a_base64(head, newline=False)
        self._written = when, written, body, size
        return ASKED % (self._connection, when, self._count, written)

    def _answer(self, data: bytes, at: float, found: tuple[int, int]) -> bytes:
        length, size = found
        asked, request, asked_body, asked_size = self._written
        self._asked = None
        self._bytes["server"] += len(data)
        head = b2a_base64(data[:length], newline=False)
        body = b2a_base64(data[length : length + self._body_limit], newline=False) if size else b""
        own, number, when = self._connection, self._count, repr(at).encode()
        return ANSWERED % (
            own, when, number, own, request, asked_body, asked_size, head, body, size, asked, asked, when, when,
        )  # fmt: skip

    def _hand_over(self) -> Reader:
        """The reader goes on from here; what a plain request made known has been written down already."""
        reader = self._reader = Reader(self._connection, self._body_limit)
        asked, self._asked = self._asked, None
        again = 0 if asked is None else 1
        if asked is not None:
            self._bytes["client"] -= len(asked[0])
        reader.resume(self._count - again, self._bytes["client"], self._bytes["server"])
        if asked is not None:
            reader.feed("client", *asked)
        return reader

    def _take_back(self, reader: Reader) -> None:
        self._count, self._bytes["client"], self._bytes["server"] = reader.passed
        self._reader = None


def plain_lengths(data: bytes, first_line: re.Pattern[bytes], unsaid: int | None) -> tuple[int, int] | None:
    """The bytes of head and body where `data` is one plain message and no byte more; None: it is not.

    `unsaid`: the length of a body whose head does not say it; None: such a message is not plain.
    """
    end = data.find(b"\r\n\r\n", 0, PLAIN_HEAD)
    line = first_line.match(data)
    if end < 0 or line is None:
        return None
    end += 4
    said = LENGTH.search(data, line.end() - 1, end)
    if said is None:
        size, position = unsaid, line.end() - 1
    else:
        size, position = int(said[1]), said.end() + 1
        if MORE.search(data, line.end() - 1, said.start() + 1) is not None:
            return None
    if size is None or len(data) != end + size or MORE.search(data, position, end - 2) is not None:
        return None
    return end, size


def _lines(sights: list[Sight]) -> bytes:
    return b"".join([to_line(sight) for sight in sights]) if sights else b""
