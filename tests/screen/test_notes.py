"""Explanations, times, bodies and frames on the screen: short, and safe whatever was sent."""

import gzip
import io
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.screen.bodies import draw_content
from stackwalk.screen.console import make_console
from stackwalk.screen.notes import draw_frame, draw_hello, draw_late, draw_notes, draw_timing
from stackwalk.wire.explain import explain
from stackwalk.wire.frames import Frame
from stackwalk.wire.hello import Hello, read_hello
from stackwalk.wire.message import Exchange, Note, Request, Response, read_head
from stackwalk.wire.sight import Asked

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


def test_an_oddity_stands_out() -> None:
    odd, ordinary = draw_notes([Note("bare-lf", "\\n alone", "RFC 9112 2.2"), Note("keep-alive", "stays", "")])
    assert (odd.plain, odd.style) == ("  ! \\n alone (RFC 9112 2.2)", "yellow")
    assert (ordinary.plain, ordinary.style) == ("  · stays", "dim")


@pytest.mark.parametrize(
    ("exchange", "opened_at", "line"),
    [
        (Exchange(2, 3, None, None, 1.0, 1.0, 1.0012, 1.0034), None, "first byte after 1.2 ms, whole after 3.4 ms; "),
        (Exchange(2, 3, None, None, 1.0, 1.5, 2.0, 3.0), 0.5, "request whole after 500.0 ms, first byte after 1,000"),
        (Exchange(1, 3, None, None, 1.0, 1.0), 0.5, "asked 500.0 ms after connecting; connection 3, request 1 on it"),
        (Exchange(1, 3, None, None, 1.0, 1.0), 1.5, "  · connection 3, request 1 on it"),
        (Exchange(2, 3, None, None), None, "  · connection 3, request 2 on it"),
    ],
)
def test_where_the_time_went(exchange: Exchange, opened_at: float | None, line: str) -> None:
    drawn = draw_timing(exchange, opened_at).plain
    assert line in drawn
    assert drawn.endswith(f"connection 3, request {exchange.number} on it")


def test_json_is_indented_and_what_is_left_out_is_said() -> None:
    body = b'{"a":[1,2]}'
    drawn = [line.plain for line in draw_content(Response(read_head(JSON), body, len(body)), 3)]
    assert drawn == ["  < {", '  <   "a": [', "  <     1,", "  < … (3 more lines)"]
    drawn = [line.plain for line in draw_content(Response(read_head(JSON), body, 5000), 3)]
    assert drawn == ['  < {"a":[1,2]}', "  < … (not all of it was kept: 5,000 bytes passed)"]
    packed = gzip.compress(b"a" * 50, mtime=0)[:-8]
    head = read_head(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    drawn = [line.plain for line in draw_content(Response(head, packed, len(packed)), 3)]
    assert drawn == ["  < " + "a" * 50, "  < … (the beginning of what was unpacked)"]
    assert [line.plain for line in draw_content(Request(read_head(b""), b"\0\1", 2), 3)] == ["  > (no text, 2 bytes)"]
    assert draw_content(Request(read_head(b"")), 3) == []


@pytest.mark.parametrize(
    ("frame", "payload", "line"),
    [
        (Frame(1, 5, b"hello"), b"hello", "  > text, 5 B (connection 7): hello"),
        (Frame(1, 5, b"hello", is_final=False), b"hello", "  > text, 5 B, more follows (connection 7): hello"),
        (Frame(8, 5, b"\x03\xe9bye"), b"\x03\xe9bye", "  > close, 5 B (connection 7): 1001 bye"),
        (Frame(9, 0), b"", "  > ping, 0 B (connection 7)"),
        (Frame(2, 9, b"\0", is_packed=True), None, "  > binary, 9 B (connection 7): compressed"),
        (Frame(2, 2, b"\0\x1b"), b"\0\x1b", "  > binary, 2 B (connection 7): \\x00\\x1b"),
    ],
)
def test_a_frame_is_a_line(frame: Frame, payload: bytes | None, line: str) -> None:
    assert draw_frame(7, "client", frame, payload).plain == line


def test_what_takes_long_is_said() -> None:
    asked = Asked(3, 1.0, Request(read_head(b"GET /slow\x1b HTTP/1.1\r\n\r\n")))
    assert draw_late(asked, 2.5).plain == "  · GET /slow\\x1b is not over after 1,500.0 ms (connection 3)"


def test_whom_a_tls_hello_is_for() -> None:
    assert "TLS (https) for a.example, offering h2: what" in draw_hello(Hello("a.example", ("h2",))).plain
    assert "TLS (https): what" in draw_hello(Hello()).plain


@given(
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.sampled_from(
        [b"", b"Content-Type: application/json\r\n", b"Set-Cookie: \x1b]0;x\x07=1\r\nETag: \xe2\x80\xae\r\n"]
    ),
    st.integers(0, 15),
)
def test_nothing_from_the_wire_reaches_the_terminal_raw(head: bytes, body: bytes, headers: bytes, opcode: int) -> None:
    asked = Request(read_head(b"GET / HTTP/1.1\r\n" + headers + head), body, len(body))
    answered = Response(read_head(b"HTTP/1.1 200 OK\r\n" + headers + head), body, len(body), "cut")
    exchange = Exchange(1, 1, asked, answered, 1.0, 2.0, 3.0, 4.0)
    name = body.decode("latin-1")
    hello = read_hello(b"\x16\x03\x01\x01\x01\x01" + head) or Hello(name, (name,))
    lines = [
        *draw_notes(explain(exchange)),
        draw_timing(exchange, 0.5),
        *draw_content(asked, 5),
        *draw_content(answered, 5),
        draw_hello(hello),
        draw_frame(1, "server", Frame(opcode, len(body), body), body),
    ]
    stream = io.StringIO()
    make_console(stream, plain=True).show(*lines)
    shown = stream.getvalue()
    assert all(one == "\n" or one.isprintable() or category(one) == "Zs" for one in shown)
