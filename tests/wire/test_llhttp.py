"""Our reading beside llhttp's, the parser of Node.js: where it reads a message, so do we, and alike.

llhttp refuses much that servers and clients get away with. A tap shows it all the same: what we read beyond llhttp
is listed here, and so is the one thing that we don't.
"""

from dataclasses import dataclass, field

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.message import Side
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Answered, Unreadable

GET = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
POST = b"POST / HTTP/1.1\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\n"


@dataclass
class Read:
    """What a parser has found; `is_whole`: the message has ended."""

    first: tuple[bytes, ...] = ()  # method and target, or status and reason
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    is_whole: bool = False


class Told:
    """What httptools calls."""

    def __init__(self) -> None:
        self.read = Read()
        self.line = b""
        self.is_body = False

    def on_url(self, piece: bytes) -> None:
        self.line += piece

    def on_status(self, piece: bytes) -> None:
        self.line += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_body:  # else it is of the trailer
            self.read.headers.append((name, value.rstrip(b" \t")))  # space behind it is no part of it (RFC 9110 5.5)

    def on_body(self, piece: bytes) -> None:
        self.read.body += piece

    def on_headers_complete(self) -> None:
        self.is_body = True

    def on_message_complete(self) -> None:
        self.read.is_whole = True


def by_llhttp(data: bytes, side: Side) -> Read | None:
    """None: it is refused."""
    told = Told()
    parser = httptools.HttpRequestParser(told) if side == "client" else httptools.HttpResponseParser(told)
    try:
        parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError:
        return None
    if isinstance(parser, httptools.HttpRequestParser):
        told.read.first = (parser.get_method(), told.line)
    else:
        told.read.first = (b"%d" % parser.get_status_code(), told.line)
    return told.read


def by_us(data: bytes, side: Side) -> Read | None:
    """None: it is unreadable."""
    reader = Reader(1)
    seen = reader.feed("client", data if side == "client" else GET, 0.0)
    seen += reader.feed("server", data if side == "server" else OK, 0.0)
    ended = any(isinstance(sight, Answered) for sight in seen)
    seen += reader.end(0.0)
    exchange = next((sight.exchange for sight in seen if isinstance(sight, Answered)), None)
    if any(isinstance(sight, Unreadable) for sight in seen) or exchange is None:
        return None
    request, response = exchange.request, exchange.response
    if side == "client":
        if request is None:
            return None
        first = (request.method.encode("latin-1"), request.target.encode("latin-1"))
        is_whole = exchange.request_done_at is not None
        return Read(first, list(request.head.headers), request.body, is_whole)
    if response is None:
        return None
    first = (b"%d" % (response.status or 0), response.reason.encode("latin-1"))
    return Read(first, list(response.head.headers), response.body, ended)


BOTH_READ: list[tuple[Side, bytes]] = [
    ("client", GET),
    ("client", b"\r\n\r\n" + GET),
    ("client", b"GET  / HTTP/1.1\r\n\r\n"),
    ("client", b"GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
    ("client", b"GET http://a/b?c=d HTTP/1.1\r\nA:\r\nB:  b \r\nB: \xc3\xa4\r\n\r\n"),
    ("client", b"OPTIONS * HTTP/1.1\r\n\r\n"),
    ("client", b"HEAD / HTTP/1.1\r\n\r\n"),
    ("client", POST + b"content-length: 3\r\n\r\nabc"),
    ("client", POST + b"Content-Length: 3\r\n\r\nab"),
    ("client", POST + b"Content-Length: 0\r\n\r\n"),
    ("client", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n"),
    ("client", CHUNKED + b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n"),
    ("client", CHUNKED + b"3\r\nab"),
    ("client", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("server", OK),
    ("server", ANSWER + b"Content-Length: 5\r\n\r\nhello"),
    ("server", ANSWER + b"Content-Length: 5\r\n\r\nhell"),
    ("server", ANSWER + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("server", ANSWER + b"\r\nuntil the end"),
    ("server", b"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n"),
    ("server", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ("server", b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"),
    ("server", b"HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n"),
]
WE_READ: list[tuple[Side, bytes, str]] = [
    ("client", b"GET / HTTP/1.1\nHost: a\n\n", "lines that end in a bare newline"),
    ("client", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "a space before the colon"),
    ("client", b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "a folded header"),
    ("client", b"GET /a b HTTP/1.1\r\n\r\n", "a space in the target"),
    ("client", b"GET /\xc3\xa4 HTTP/1.1\r\n\r\n", "bytes beyond ASCII in the target"),
    ("client", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "a line without a colon"),
    ("client", b"GET / HTTP/1.1\r\nA: \x01\r\n\r\n", "a control character"),
    ("client", b"GET / HTTP/1.1\r\n: x\r\n\r\n", "a header without a name"),
    ("client", b"GET / HTTP/9.9\r\n\r\n", "a version that does not exist"),
    ("client", b"get / HTTP/1.1\r\n\r\n", "a method in lower case"),
    ("client", b"FOO / HTTP/1.1\r\n\r\n", "a method that nobody has registered"),
    ("client", POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "a length that is said twice"),
    ("client", POST + b"Content-Length: 3, 3\r\n\r\nabc", "a length that is said twice in a line"),
    ("client", POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "length and chunks"),
    ("client", CHUNKED + b"3\nabc\n0\n\n", "chunks with bare newlines"),
    ("server", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "an answer with bare newlines"),
    ("server", ANSWER + b"Content-Length: x\r\n\r\nhi", "an answer whose length is no number"),
]
NOBODY_READS: list[tuple[Side, bytes]] = [
    ("client", b"hello\r\n\r\n"),
    ("client", b"GET / HTTX/1.1\r\n\r\n"),
    ("client", b"\x16\x03\x01\x00\x05hello"),
    ("client", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("client", POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
    ("client", POST + b"Content-Length: -3\r\n\r\nabc"),
    ("client", POST + b"Transfer-Encoding: gzip\r\n\r\nabc"),
    ("client", CHUNKED + b"xyz\r\n"),
    ("client", CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n"),
    ("server", b"hello\r\n\r\n"),
    ("server", b"HTTP/1.1 OK\r\n\r\n"),
    ("server", ANSWER + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
]
HTTP_0_9 = b"GET /\r\n\r\n"  # llhttp takes it for HTTP/0.9; a tap says that a version is missing


@pytest.mark.parametrize(("side", "data"), BOTH_READ)
def test_what_llhttp_reads_we_read_alike(side: Side, data: bytes) -> None:
    by_theirs = by_llhttp(data, side)
    assert by_theirs is not None
    assert by_us(data, side) == by_theirs


@pytest.mark.parametrize(("side", "data", "why"), WE_READ, ids=lambda value: value if isinstance(value, str) else "")
def test_what_llhttp_refuses_and_we_read(side: Side, data: bytes, why: str) -> None:
    assert by_llhttp(data, side) is None, why
    assert by_us(data, side) is not None, why


@pytest.mark.parametrize(("side", "data"), NOBODY_READS)
def test_what_nobody_reads(side: Side, data: bytes) -> None:
    assert by_llhttp(data, side) is None
    assert by_us(data, side) is None


def test_a_request_without_a_version_is_read_by_llhttp_alone() -> None:
    assert by_llhttp(HTTP_0_9, "client") is not None
    assert by_us(HTTP_0_9, "client") is None


NAMES = st.text("abcXYZ-", min_size=1, max_size=8).filter(lambda name: name[0] != "-").map(lambda name: f"X{name}")
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20).map(str.strip)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=5)


@given(HEADERS, st.binary(max_size=200), st.integers(0, 60), st.booleans(), st.sampled_from(["client", "server"]))
def test_a_message_that_holds_to_the_rules_is_read_alike(
    headers: list[tuple[str, str]], body: bytes, chunk: int, is_lowered: bool, side: Side
) -> None:
    head = "POST /a HTTP/1.1\r\n" if side == "client" else "HTTP/1.1 200 OK\r\n"
    for name, value in headers:
        head += f"{name}: {value}\r\n"
    framing = "Transfer-Encoding: chunked" if chunk else f"Content-Length: {len(body)}"
    head += (framing.lower() if is_lowered else framing) + "\r\n\r\n"
    if chunk:
        pieces = [body[start : start + chunk] for start in range(0, len(body), chunk)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    data = head.encode("ascii") + body
    read = by_us(data, side)
    assert read is not None and read.is_whole
    assert read == by_llhttp(data, side)
