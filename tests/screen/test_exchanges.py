"""An exchange on the screen: it fits, shows every byte safely, and says what is odd."""

import io
from dataclasses import replace
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.screen.console import make_console
from stackwalk.screen.exchanges import (
    cut,
    draw_body,
    draw_exchange,
    draw_heads,
    draw_interim,
    draw_refused,
    draw_remarks,
    draw_unanswered,
    draw_unreadable,
)
from stackwalk.screen.summary import draw_summary
from stackwalk.wire.message import EndedBy, Exchange, Note, Request, Response, read_head
from stackwalk.wire.sight import Answered, Interim, Unanswered, Unreadable
from stackwalk.wire.tally import Tally


def exchange(
    target: bytes = b"/", headers: bytes = b"", status: bytes = b"200 OK", size: int = 11, ended_by: EndedBy = "close"
) -> Exchange:
    request = Request(read_head(b"GET %s HTTP/1.1\r\nHost: here\r\n\r\n" % target))
    response = Response(read_head(b"HTTP/1.1 %s\r\n%s\r\n" % (status, headers)), b"", size, ended_by)
    return Exchange(1, 1, request, response, 1.0, 1.0, 1.0005, 1.001)


@pytest.mark.parametrize("width", [40, 60, 76, 80, 200])
@pytest.mark.parametrize("target", [b"/", b"/pictures/" + b"x" * 300 + b"/cat.jpg", "/café".encode()])
def test_a_line_fits_its_width_and_shows_what_matters(width: int, target: bytes) -> None:
    line = draw_exchange(exchange(target, b"Content-Type: text/html; charset=utf-8\r\n"), width).plain
    assert len(line) <= width
    assert line.startswith("GET ")
    assert " 200 " in line
    assert line.endswith("11 B     1.0 ms" if width >= 60 else "11 B 1.0 ms")
    assert ("text/html" in line) == (width >= 76)


def test_a_whole_line_cuts_nothing() -> None:
    assert "/" + "x" * 300 in draw_exchange(exchange(b"/" + b"x" * 300), 80, whole=True).plain


def test_heads_show_their_line_ends() -> None:
    drawn = [line.plain for line in draw_heads(exchange(b"/", b"A: 1\n"))]
    assert drawn == [
        "  > GET / HTTP/1.1\\r\\n",
        "  > Host: here\\r\\n",
        "  > \\r\\n",
        "  < HTTP/1.1 200 OK\\r\\n",
        "  < A: 1\\n",
        "  < \\r\\n",
    ]


def test_a_body_is_shown_from_its_beginning_and_its_size_is_said() -> None:
    drawn = [line.plain for line in draw_body(b"one\ntwo\nthree", 5000, "server", 2)]
    assert drawn == ["  < one", "  < two", "  < … (5,000 bytes in all)"]
    assert [line.plain for line in draw_body(b"one", 3, "client", 2)] == ["  > one"]
    assert draw_body(b"", 0, "client", 2) == []


def test_what_is_odd_is_said() -> None:
    cut_off = exchange(b"/", b"Content-Length: 100\r\n", ended_by="cut")
    (remark,) = draw_remarks(cut_off)
    assert remark.plain == "  ! the answer was cut: 11 bytes of the 100 that were promised came before the end"
    told = Note("cut", "the answer was cut", "RFC 9112 8")
    assert [line.plain for line in draw_remarks(replace(cut_off, notes=(told,)))] == [
        "  ! the answer was cut (RFC 9112 8)"
    ]
    noted = Exchange(1, 1, None, None, notes=(Note("early", "too early", "RFC 9112 9.5"),))
    assert [line.plain for line in draw_remarks(noted)] == ["  · too early (RFC 9112 9.5)"]
    assert "(no request)" in draw_exchange(noted, 80).plain


def test_no_answer_no_http_nobody_there() -> None:
    asked = exchange()
    lines = draw_unanswered(Unanswered(1, 2.0, Exchange(1, 1, asked.request, None, 1.0)), 80)
    assert "GET     /" in lines[0].plain
    assert "—" in lines[0].plain
    assert "ended before any answer" in lines[1].plain
    how = Note("no-answer", "the client left", "RFC 9112 9.5")
    lines = draw_unanswered(Unanswered(1, 2.0, Exchange(1, 1, asked.request, None, 1.0, notes=(how,))), 80)
    assert [line.plain for line in lines[1:]] == ["  ! the client left (RFC 9112 9.5)"]
    lines = draw_unreadable(Unreadable(1, 2.0, "server", "no status line", b"\x1b[2Jhello", asked), 80)
    assert [line.plain for line in lines[1:]] == [
        "  ! the server sent what can't be read as HTTP/1: no status line",
        "  < \\x1b[2Jhello",
    ]
    assert draw_refused("nothing listens\x07").plain == "  ! a client was turned away: nothing listens\\x07"
    early = Interim(1, 0.0, Response(read_head(b"HTTP/1.1 100 Continue\r\n\r\n")))
    assert draw_interim(early).plain == "  · HTTP/1.1 100 Continue: the answer follows"


def test_a_path_is_cut_in_its_middle() -> None:
    assert cut("/static/pictures/cat.jpg", 12) == "/stati…t.jpg"
    assert cut("/short", 6) == "/short"


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(20, 120))
def test_nothing_from_the_wire_reaches_the_terminal_raw(asked: bytes, answered: bytes, width: int) -> None:
    said = Exchange(
        1, 1, Request(read_head(asked), asked, 5), Response(read_head(answered), answered, 7, "cut"), 1.0, 2.0, 3.0, 4.0
    )
    lines = [
        draw_exchange(said, width),
        draw_exchange(said, width, whole=True),
        *draw_heads(said),
        *draw_remarks(said),
        *draw_body(answered, 400, "server", 5),
        *draw_unanswered(Unanswered(1, 1.0, said), width),
        *draw_unreadable(Unreadable(1, 1.0, "client", "why", asked, said), width),
    ]
    tally = Tally()
    tally.add(Answered(1, 1.0, said))
    stream = io.StringIO()
    make_console(stream, plain=True).show(*lines, draw_summary(tally, 1.0))
    shown = stream.getvalue()
    # A space of another kind (category Zs) is a space.
    assert all(one == "\n" or one.isprintable() or category(one) == "Zs" for one in shown)
