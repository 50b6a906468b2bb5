"""What is shown of any sight: within the terminal, safe, and in order."""

import io
import json
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from stackwalk.screen.console import Screen, make_console
from stackwalk.trace.view import View
from stackwalk.wire.frames import Frame
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Closed, Framed, Missed, Opened, Refused, Sight, Unreadable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(sights: list[Sight], *, verbose: int = 0, width: int = 80, as_json: bool = False) -> str:
    stream = Terminal()
    console: Screen = make_console(stream, environ={"TERM": "xterm", "NO_COLOR": "1"})
    console.width = width
    view = View(console, verbose=verbose, as_json=as_json, epoch=0.0)
    for sight in sights:
        view.show(sight)
    view.remind(100.0)
    view.flush()
    return stream.getvalue()


def said(asked: bytes, answered: bytes) -> list[Sight]:
    reader = Reader(1)
    return [
        Opened(1, 0.5, "here"),
        *reader.feed("client", asked, 1.0),
        *reader.feed("server", answered, 2.0),
        *reader.close("server", 3.0),
        *reader.close("client", 3.0),
    ]


ASKED = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n" + b'{"a": 1}'


def test_without_v_what_is_odd_alone() -> None:
    assert len(drawn(said(ASKED, FINE)).splitlines()) == 1
    _, odd, more = drawn(said(ASKED, b"HTTP/1.1 200 OK\r\n\r\nhi")).splitlines()
    assert odd == "  ! nothing says how long the answer is: it ended with the connection (RFC 9112"
    assert more == "    6.3)"


def test_with_v_everything_about_it_in_order() -> None:
    lines = drawn(said(ASKED, FINE), verbose=2, width=120).splitlines()
    assert [line[:4] for line in lines[1:]] == ["  · "] * 2 + ["  > "] * 3 + ["  < "] * 7
    assert "keep-alive" in lines[1]
    assert "asked 500.0 ms after connecting, first byte after 1,000.0 ms, whole after 1,000.0 ms" in lines[2]
    assert lines[-3:] == ["  < {", '  <   "a": 1', "  < }"]


def test_a_slip_of_ours_is_said_and_the_tap_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sights = said(ASKED, FINE)

    def fail(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("\x1b[31mred")

    monkeypatch.setattr("stackwalk.trace.view.draw_exchange", fail)
    lines = drawn([*sights, *sights], width=120).splitlines()
    assert "by a mistake in stackwalk (RuntimeError: \\x1b[31mred)" in lines[0]
    assert lines[-1].startswith("GET     /a")
    monkeypatch.setattr("stackwalk.trace.view.explain", fail)
    records = [json.loads(line) for line in drawn([*sights, *sights], as_json=True).splitlines()]
    assert [record["record"] for record in records] == ["missed", "exchange"]


@pytest.mark.parametrize("width", [20, 40, 76, 200])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    asked = b"GET /%s HTTP/1.1\r\nHost: %s\r\nA : b\r\n\r\n" % (b"x" * 300, "é世".encode() * 50)
    shown = drawn([*said(asked, FINE), Refused(2, 1.0, "nobody " * 30)], verbose=2, width=width)
    assert all(cell_len(line) <= max(width, 40) for line in shown.splitlines())


def test_what_is_not_over_is_said_once() -> None:
    asked, whole = said(ASKED, FINE)[:2], said(ASKED, FINE)
    assert drawn(asked) == "  · GET /a is not over after 99.0 s (connection 1)\n"
    for over in (whole, [*asked, Missed(0, 2.0, 1)], [*asked, Closed(1, 2.0, "client", True, 1, 0)]):
        assert "not over" not in drawn(over)


def test_frames_are_unpacked_in_their_order() -> None:
    packed = Frame(1, 7, bytes.fromhex("f248cdc9c90700"), is_packed=True)  # "Hello" (RFC 7692 7.2.3.1)
    again = Frame(1, 5, bytes.fromhex("f200110000"), is_packed=True)  # the same, by what came before it
    shown = drawn([Framed(1, 1.0, "client", packed), Framed(1, 1.0, "client", again), Framed(2, 1.0, "client", again)])
    assert [line.partition(": ")[2] for line in shown.splitlines()] == ["Hello", "Hello", "compressed"]


@given(
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.sampled_from([b"", ASKED, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"]),
    st.sampled_from([b"", FINE, b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n", b"HTTP/1.1 200 OK\r\n"]),
    st.integers(0, 2),
    st.integers(20, 120),
)
def test_whatever_passes_nothing_of_it_reaches_the_terminal_raw(
    asked: bytes, answered: bytes, question: bytes, answer: bytes, verbose: int, width: int
) -> None:
    sights = [
        *said(question + asked, answer + answered),
        Unreadable(1, 1.0, "client", "why\x1b", b"\x16\x03\x01\x02\x02\x01" + asked),
        Refused(1, 1.0, "why\x1b"),
        Missed(0, 1.0, 5),
        Closed(1, 1.0, "client", False, 0, 0),
    ]
    shown = drawn(sights, verbose=verbose, width=width)
    assert all(one == "\n" or one.isprintable() or category(one) == "Zs" for one in shown)
    for line in drawn(sights, as_json=True).splitlines():
        assert json.loads(line)["format"] == 1
