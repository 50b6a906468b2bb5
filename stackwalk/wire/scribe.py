"""What a connection's `Reader` sees, written down as lines; times to a microsecond.

Most exchanges are plain: a request in one piece and, after it, its whole answer in one piece. Those are written down
without being taken apart, which is several times as fast. With the first byte of anything else the `Reader` takes
over, from the place where it would be itself, and keeps on until nothing is left open.
"""

import re
from binascii import b2a_base64
from functools import lru_cache

from stackwalk.wire.lines import to_line
from stackwalk.wire.message import Side
from stackwalk.wire.reader import BODY_LIMIT, Reader, kept_and_more
from stackwalk.wire.sight import Closed, Sight

PLAIN_HEAD = 16 * 1024  # bytes; a longer head is left to the reader
# CONNECT and HEAD decide how their answers are read, and are left to the reader.
REQUEST_LINE = re.compile(rb"(?!CONNECT |HEAD )[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} [^\x00- \x7f]+ HTTP/1\.[01]\r\n")
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (?!204|304)[2-5][0-9][0-9](?: [^\r\n]*)?\r\n")
LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
# What makes a head more than plain: an early end, a folded line, framing, an end of HTTP, a stream of events.
MORE = re.compile(
    rb"\n(?:\n|\r\n|[ \t]|content-length|transfer-encoding|upgrade|content-type[ \t]*:[ \t]*text/event-stream)",
    re.IGNORECASE,
)

SHORT = 2048  # bytes; of shorter pieces it is remembered what they are
REMEMBERED = 512  # such pieces; of all that comes, much has come before

ASKED = b'{"sight":"asked","connection":%d,"at":%.6f,"number":%d,"request":%b}\n'
ANSWERED = (
    b'{"sight":"answered","connection":%d,"at":%b,"exchange":{"number":%d,"connection":%d,"request":%b,"response":%b,'
    b'"asked_at":%b,"request_done_at":%b,"answered_at":%b,"done_at":%b%b,"notes":[]}}\n'
)
CONNECTING = b',"opened_at":%.6f,"reached_at":%.6f'
REQUEST = b'{"head_b64":"%b","body_b64":"%b","body_size":%d}'
RESPONSE = REQUEST[:-1] + b',"ended_by":"length"}'


class Scribe:
    """Both directions of one connection; `feed`, `close` and `end` return lines. See `Reader`."""

    __slots__ = (
        "_asked",
        "_asked_at",
        "_body_limit",
        "_bytes",
        "_count",
        "_ended",
        "_reader",
        "_request",
        "connection",
        "hop",
        "opened_at",
        "reached_at",
    )

    def __init__(self, connection: int, body_limit: int = BODY_LIMIT) -> None:
        self.connection = connection
        self.hop = ""  # the door of its tap, where that has several
        self.opened_at: float | None = None  # to be set before anything is fed: the client had connected
        self.reached_at: float | None = None  # the target had taken the connection
        self._body_limit = body_limit
        self._reader: Reader | None = None  # in charge, where it is not plain
        self._count = 0  # exchanges
        self._bytes: dict[Side, int] = {"client": 0, "server": 0}  # as long as it is plain
        self._asked = b""  # a plain request without its answer
        self._asked_at = 0.0
        self._ended: tuple[Side, ...] = ()  # that have sent their last byte while nothing was open
        self._request = b""  # how that is written down

    def feed(self, side: Side, data: bytes, at: float) -> bytes:
        """Bytes have passed: what is known by them."""
        if self._reader is None:
            plain = _remembered if len(data) <= SHORT else _plain
            if self._ended:
                pass
            elif side == "client":
                if not self._asked and (written := plain(data, True, self._body_limit)) is not None:
                    return self._ask(data, at, *written)
            elif self._asked and (written := plain(data, False, self._body_limit)) is not None:
                return self._answer(data, at, written[1])
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
        if self._reader is not None or self._asked or reset or side in self._ended:
            return _lines((self._reader or self._hand_over()).close(side, at, reset))
        self._ended += (side,)
        if len(self._ended) == 1:
            return b""
        bytes_passed = self._bytes["client"], self._bytes["server"]
        return to_line(Closed(self.connection, at, self._ended[0], False, *bytes_passed))

    def end(self, at: float) -> bytes:
        """Nobody passes anything on any more."""
        return _lines((self._reader or self._hand_over()).end(at))

    def silence(self) -> None:
        """Read nothing more; bytes are still counted, and the end is still said."""
        (self._reader or self._hand_over()).silence()

    def _ask(self, data: bytes, at: float, head: bytes, request: bytes) -> bytes:
        self._count += 1
        self._asked = data
        self._asked_at = at
        self._request = request
        self._bytes["client"] += len(data)
        return ASKED % (self.connection, at, self._count, head)

    def _answer(self, data: bytes, at: float, response: bytes) -> bytes:
        asked = b"%.6f" % self._asked_at
        self._asked = b""
        self._bytes["server"] += len(data)
        own, number, when = self.connection, self._count, b"%.6f" % at
        connecting = b""
        if number == 1 and self.opened_at is not None and self.reached_at is not None:
            connecting = CONNECTING % (self.opened_at, self.reached_at)
        return ANSWERED % (own, when, number, own, self._request, response, asked, asked, when, when, connecting)

    def _hand_over(self) -> Reader:
        """The reader goes on from here; what a plain request made known has been written down already."""
        reader = self._reader = Reader(self.connection, self._body_limit)
        reader.opened_at, reader.reached_at = self.opened_at, self.reached_at
        asked, self._asked = self._asked, b""
        self._bytes["client"] -= len(asked)
        reader.resume(self._count - bool(asked), self._bytes["client"], self._bytes["server"])
        if asked:
            reader.feed("client", asked, self._asked_at)
        for side in self._ended:
            reader.close(side, self._asked_at)
        return reader

    def _take_back(self, reader: Reader) -> None:
        self._count, self._bytes["client"], self._bytes["server"] = reader.passed
        self._reader = None


def plain_lengths(data: bytes, is_request: bool) -> tuple[int, int] | None:
    """The bytes of head and body where `data` is one plain message and no byte more; None: it is not."""
    line = (REQUEST_LINE if is_request else STATUS_LINE).match(data)
    end = data.find(b"\r\n\r\n", 0, PLAIN_HEAD) + 4
    if line is None or end < 4:
        return None
    headers = line.end() - 1
    said = LENGTH.search(data, headers, end)
    if said is None:
        # A request has no body then, an answer ends with the connection.
        return (end, 0) if is_request and len(data) == end and MORE.search(data, headers, end - 2) is None else None
    if MORE.search(data, headers, said.start() + 1) or MORE.search(data, said.end() + 1, end - 2):
        return None
    size = int(said[1])
    return (end, size) if len(data) == end + size else None


def _plain(data: bytes, is_request: bool, body_limit: int) -> tuple[bytes, bytes] | None:
    """The head of a plain message, and all of it, as they are written down; None: it is not plain."""
    found = plain_lengths(data, is_request)
    if found is None:
        return None
    end, size = found
    kept, more = kept_and_more(body_limit)
    if size > kept and more:
        return None  # what follows is told, too
    form = REQUEST if is_request else RESPONSE
    head, body = b2a_base64(data[:end], newline=False), b2a_base64(data[end : end + kept], newline=False)
    return form % (head, b"", 0), form % (head, body, size)


_remembered = lru_cache(REMEMBERED)(_plain)


def _lines(sights: list[Sight]) -> bytes:
    return b"".join([to_line(sight) for sight in sights]) if sights else b""
