"""What was said: a request, a response, and the exchange that both make.

Bytes are kept as they were on the wire; text is made of them (as latin-1, which loses nothing) only when it is
asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Whole = Callable[[], Iterator[bytes]]  # a body that is not in memory, as base64 in pieces of four characters and more
Side = Literal["client", "server"]
EndedBy = Literal["length", "chunked", "close", "none", "cut"]

STATUS_DIGITS = 3  # RFC 9112 4


@dataclass(frozen=True, slots=True)
class Head:
    """The first line and the headers; `raw` includes the empty line that ends them."""

    raw: bytes
    first_line: bytes
    headers: tuple[tuple[bytes, bytes], ...]  # names as they were sent, values without the space around them

    def header(self, name: str | bytes) -> bytes | None:
        """The value of the first header of that name, in any case (RFC 9110 5.1).

        >>> read_head(b"GET / HTTP/1.1\\r\\nHost: here\\r\\n\\r\\n").header("host")
        b'here'
        """
        return next(iter(self.every(name)), None)

    def every(self, name: str | bytes) -> tuple[bytes, ...]:
        """The values of all headers of that name, in their order."""
        wanted = (name.encode("latin-1", "replace") if isinstance(name, str) else name).lower()
        return tuple(value for known, value in self.headers if known.lower() == wanted)


@dataclass(frozen=True, slots=True)
class Chunks:
    """The pieces that a body was sent in, each with its size before it (RFC 9112 7.1)."""

    count: int  # without the empty one at the end
    sizes: tuple[int, ...]  # bytes: of the first of them


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked."""

    head: Head
    body: bytes = b""  # what was kept of it, without chunk sizes
    body_size: int = 0  # bytes: what passed of it
    chunks: Chunks | None = None  # None: it was not sent in chunks
    whole: Whole | None = field(default=None, compare=False, repr=False)  # more of it than `body`, where that is kept

    @property
    def method(self) -> str:
        return request_words(self.head.first_line)[0].decode("latin-1")

    @property
    def target(self) -> str:
        return request_words(self.head.first_line)[1].decode("latin-1")

    @property
    def version(self) -> str:
        return request_words(self.head.first_line)[2].decode("latin-1")


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered; `ended_by` says how the client can know that it is over (RFC 9112 6.3)."""

    head: Head
    body: bytes = b""  # what was kept of it, without chunk sizes
    body_size: int = 0  # bytes: what passed of it
    ended_by: EndedBy = "none"  # "none": it has no body; "cut": the connection ended before it did
    chunks: Chunks | None = None  # None: it was not sent in chunks
    whole: Whole | None = field(default=None, compare=False, repr=False)  # more of it than `body`, where that is kept

    @property
    def status(self) -> int | None:
        """Three digits as a number; None: the first line is no status line."""
        code = status_words(self.head.first_line)[1]
        return int(code) if len(code) == STATUS_DIGITS and code.isdigit() else None

    @property
    def reason(self) -> str:
        return status_words(self.head.first_line)[2].decode("latin-1")

    @property
    def version(self) -> str:
        return status_words(self.head.first_line)[0].decode("latin-1")


@dataclass(frozen=True, slots=True)
class Note:
    """One thing worth knowing about an exchange."""

    code: str  # "bare-lf"
    text: str  # one short line
    source: str  # "RFC 9112 2.2"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. Times are seconds of one monotonic clock; None: it did not happen."""

    number: int  # 1, 2, 3 … on its connection
    connection: int
    request: Request | None  # None: an answer that nobody asked for
    response: Response | None  # None: no answer
    asked_at: float | None = None  # the request's first byte
    request_done_at: float | None = None  # its last byte
    answered_at: float | None = None  # the answer's first byte
    done_at: float | None = None  # its last byte
    notes: tuple[Note, ...] = ()
    opened_at: float | None = None  # of the first on its connection: the client had connected
    reached_at: float | None = None  # the target had taken the connection

    @property
    def milliseconds(self) -> float | None:
        """From the request's first byte to the answer's last."""
        if self.asked_at is None or self.done_at is None:
            return None
        return max(0.0, (self.done_at - self.asked_at) * 1000)


def read_head(raw: bytes) -> Head:
    """Take a head apart as tolerantly as can be: any bytes make one.

    Lines may end in a bare newline (RFC 9112 2.2), a line that begins with a space continues the one before
    (5.2), space before the colon is dropped (5.1), and a line without a colon is left out.

    >>> read_head(b"HTTP/1.1 200 OK\\nA : 1\\n\\n").headers
    ((b'A', b'1'),)
    """
    first_line, *lines = [line.removesuffix(b"\r") for line in raw.split(b"\n")]
    headers: list[tuple[bytes, bytes]] = []
    folded: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and headers:
            folded.append(line.strip(b" \t"))
            continue
        if folded:
            headers[-1] = (headers[-1][0], b" ".join((headers[-1][1], *folded)))
            folded.clear()
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name.strip(b" \t"), value.strip(b" \t")))
    if folded:
        headers[-1] = (headers[-1][0], b" ".join((headers[-1][1], *folded)))
    return Head(raw, first_line, tuple(headers))


def request_words(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version of a request line; what is missing is empty.

    >>> request_words(b"GET /a b HTTP/1.1")
    (b'GET', b'/a b', b'HTTP/1.1')
    """
    method, _, rest = line.strip(b" \t").partition(b" ")
    target, _, version = rest.strip(b" \t").rpartition(b" ")
    if not version.startswith(b"HTTP/"):
        return method, rest.strip(b" \t"), b""
    return method, target.strip(b" \t"), version


def status_words(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Version, code and reason of a status line; what is missing is empty.

    >>> status_words(b"HTTP/1.1 404 Not Found")
    (b'HTTP/1.1', b'404', b'Not Found')
    """
    version, _, rest = line.strip(b" \t").partition(b" ")
    code, _, reason = rest.lstrip(b" \t").partition(b" ")
    return version, code, reason.strip(b" \t")
