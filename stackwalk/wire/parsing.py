"""One message from its first byte to its last, whatever pieces it comes in.

Every decision is made at a position of the byte sequence that does not depend on how it was cut, and no byte
is searched twice: a head of 64 KiB may come a byte at a time.
"""

from collections.abc import Callable

from stackwalk.wire.body import Body, Fault
from stackwalk.wire.message import STATUS_DIGITS, Head, read_head, request_words, status_words

HEAD_LIMIT = 256 * 1024  # bytes
SHOWN = 256  # bytes of something unreadable that are kept
METHOD_LIMIT = 64  # bytes; registered methods have at most 17 (RFC 9110 16.1)
TLS_HANDSHAKE = 0x16
TLS_RECORD_LIMIT = 2**14  # bytes (RFC 8446 5.1)
TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")  # RFC 9110 5.6.2

HTTP2 = "HTTP/2, which is binary (RFC 9113 3.4)"
TOO_LONG = "its head is longer than 256 KiB"
NOT_A_REQUEST = "it does not begin with a request line"
NO_VERSION = "its first line does not end in an HTTP version"
NOT_AN_ANSWER = "it does not begin with a status line"
NO_STATUS = "its status line has no status of three digits"
TLS = "TLS (https): what follows is encrypted"

LineFault = Callable[[bytes, bool], str | None]  # (first line or its first bytes, whether it is whole) -> why not


class MessageReader:
    """A message in the making: `feed` stops after the head, so that its owner can set `body`."""

    __slots__ = (
        "_blank",
        "_buffer",
        "_line_fault",
        "_line_length",
        "_lines",
        "_prefix_is_fine",
        "_skips_blank",
        "_tls",
        "body",
        "fault",
        "head",
        "started",
    )

    def __init__(self, line_fault: LineFault, *, skips_blank: bool) -> None:
        self.head: Head | None = None
        self.body: Body | None = None
        self.fault: Fault | None = None
        self.started = False  # a byte of it has come; skipped empty lines do not count (RFC 9112 2.2)
        self._line_fault = line_fault
        self._skips_blank = skips_blank
        self._buffer = bytearray()
        self._lines = 0  # that are whole
        self._line_length = 0  # bytes of the present line so far
        self._blank = True  # the present line is empty so far, or a lone \r
        self._prefix_is_fine = False
        self._tls = False

    @property
    def done(self) -> bool:
        return self.head is not None and (self.body is None or self.body.done)

    def feed(self, data: bytes, start: int) -> int:
        """Take what is this message's of `data[start:]`; the position after it."""
        if self.body is not None:
            end = self.body.feed(data, start)
            self.fault = self.body.fault
            return end
        if not self.started:
            start = self._begin(data, start)
        if self._tls:
            return self._feed_record(data, start)
        while start < len(data) and self.head is None and self.fault is None:
            start = self._feed_line(data, start)
        return start

    def so_far(self) -> bytes:
        """What has come of a head that is not whole."""
        return bytes(self._buffer)

    def _begin(self, data: bytes, start: int) -> int:
        while self._skips_blank and start < len(data) and data[start] in b"\r\n":
            start += 1
        if start < len(data):
            self.started = True
            self._tls = data[start] == TLS_HANDSHAKE and self._line_fault is request_line_fault
        return start

    def _feed_line(self, data: bytes, start: int) -> int:
        newline = data.find(b"\n", start)
        end = len(data) if newline < 0 else newline + 1
        content = end - start - (newline >= 0)
        self._line_length += content
        if content:
            self._blank = self._blank and self._line_length == 1 and data[start] == 0x0D
        # Beyond the limit nothing is kept: the fault is certain.
        self._buffer += data[start : min(end, start + HEAD_LIMIT + 1 - len(self._buffer))]
        why = self._first_line_fault(newline >= 0) if not self._lines else None
        if why is None and len(self._buffer) > HEAD_LIMIT:
            why = TOO_LONG
        if why is not None:
            self.fault = Fault(why, bytes(self._buffer[:SHOWN]))
        elif newline >= 0:
            self._lines += 1
            if self._blank:
                self.head = read_head(bytes(self._buffer))
                self._buffer.clear()
            self._blank, self._line_length = True, 0
        return end

    def _first_line_fault(self, whole: bool) -> str | None:
        why = None
        if not self._prefix_is_fine and (whole or len(self._buffer) >= SHOWN):
            why = self._line_fault(bytes(self._buffer[:SHOWN]).rstrip(b"\r\n"), False)
            self._prefix_is_fine = why is None
        if why is None and whole and len(self._buffer) <= HEAD_LIMIT:
            why = self._line_fault(bytes(self._buffer).rstrip(b"\r\n"), True)
        return why

    def _feed_record(self, data: bytes, start: int) -> int:
        """Collect a TLS record: its head's last two bytes of five say how many follow (RFC 8446 5.1)."""
        self._buffer += data[start : start + TLS_RECORD_LIMIT + 5 - len(self._buffer)]
        if len(self._buffer) >= 5:
            length = int.from_bytes(self._buffer[3:5], "big")
            if self._buffer[1] != 3 or not 0 < length <= TLS_RECORD_LIMIT:
                self.fault = Fault(NOT_A_REQUEST, bytes(self._buffer[:5]))
            elif len(self._buffer) >= 5 + length:
                self.fault = Fault(TLS, bytes(self._buffer[: 5 + length]))
        return len(data)


def request_line_fault(line: bytes, whole: bool) -> str | None:
    """Why this is no request line (RFC 9112 3); None: it is one, or can still become one.

    >>> request_line_fault(b"GET /", False)
    >>> request_line_fault(b"GET /", True)
    'its first line does not end in an HTTP version'
    """
    method, space, _ = line[: METHOD_LIMIT + 1].partition(b" ")
    if not TOKEN.issuperset(method) or not method or (not space and (whole or len(line) > METHOD_LIMIT)):
        return NOT_A_REQUEST
    if whole:
        _, target, version = request_words(line)
        if not target or not version:
            return NO_VERSION
    return None


def status_line_fault(line: bytes, whole: bool) -> str | None:
    """Why this is no status line (RFC 9112 4); None: it is one, or can still become one."""
    if line[:5] != b"HTTP/"[: 5 if whole else len(line)]:
        return NOT_AN_ANSWER
    if whole:
        version, code, _ = status_words(line)
        if len(version) <= 5:
            return NOT_AN_ANSWER
        if len(code) != STATUS_DIGITS or not code.isdigit():
            return NO_STATUS
    return None
