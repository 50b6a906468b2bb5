"""What a terminal can do is asked, never assumed; a reader that goes away ends nothing."""

import io
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from rich.text import Text

from stackwalk.screen.bottom import Bottom
from stackwalk.screen.console import make_console

ABLE = {"TERM": "xterm-256color"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "environ", [{"TERM": "dumb"}, {}, ABLE | {"NO_COLOR": "1"}], ids=["dumb", "no TERM", "NO_COLOR"]
)
def test_no_colour_is_drawn_where_none_is_wanted(environ: dict[str, str]) -> None:
    stream = Terminal()
    make_console(stream, environ=environ).show(Text("green", style="bold green"))
    assert stream.getvalue() == "green\n"


def test_colour_is_drawn_on_a_terminal_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")  # of the process: what was passed in counts
    stream = Terminal()
    screen = make_console(stream, environ=ABLE)
    screen.show(Text("green", style="green"))
    assert screen.moves
    assert "\x1b[32m" in stream.getvalue()


@pytest.mark.parametrize("plain", [True, False])
def test_the_cursor_is_not_moved_in_plain_text_nor_in_a_file(plain: bool) -> None:
    stream = Terminal() if plain else io.StringIO()
    assert not make_console(stream, plain=plain, environ=ABLE).moves


def test_plain_text_has_no_spaces_at_its_line_ends() -> None:
    stream = io.StringIO()
    make_console(stream, environ={}).show(Text("a ", justify="left"), Text("b"))
    assert stream.getvalue() == "a\nb\n"


def test_a_path_is_neither_broken_nor_cut() -> None:
    stream = io.StringIO()
    path = "/" + "very-long-name/" * 20
    make_console(stream, environ={"COLUMNS": "40"}).show(Text(path, no_wrap=True, overflow="ignore"))
    assert stream.getvalue() == path + "\n"


def test_what_a_narrow_encoding_cannot_say_ends_nothing() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    make_console(stream, environ={}).show(Text("✔ passed"))
    assert raw.getvalue() == b"? passed\n"


def test_a_reader_that_goes_away_is_noticed_and_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with closing(os.fdopen(writing, "w")) as stream:
        screen = make_console(stream, environ={})
        screen.show(Text("one"))
        assert screen.closed
        screen.show(Text("two"))


def test_a_stdout_that_was_never_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    screen = make_console(environ={})
    screen.show(Text("nobody reads"))
    assert screen.closed


@pytest.fixture
def able() -> Iterator[tuple[Terminal, Bottom]]:
    stream = Terminal()
    screen = make_console(stream, environ=ABLE | {"NO_COLOR": "1"})
    screen.width = 20
    yield stream, Bottom(screen)


def test_what_is_printed_stands_above_the_last_line(able: tuple[Terminal, Bottom]) -> None:
    stream, bottom = able
    bottom.line("keys")
    bottom.show(Text("news"))
    assert stream.getvalue() == "keys\r\x1b[Knews\nkeys"


def test_the_last_line_never_reaches_the_last_column(able: tuple[Terminal, Bottom]) -> None:
    stream, bottom = able
    bottom.line("x" * 50)
    assert stream.getvalue() == "x" * 18 + "…"


def test_a_line_that_a_narrower_terminal_has_wrapped_is_taken_away_whole(
    able: tuple[Terminal, Bottom],
) -> None:
    stream, bottom = able
    bottom.line("123456789012345")
    bottom.screen.width = 10
    bottom.show(Text("news"))
    assert "\r\x1b[1A\x1b[Jnews\n" in stream.getvalue()


def test_the_same_line_is_not_drawn_twice(able: tuple[Terminal, Bottom]) -> None:
    stream, bottom = able
    bottom.line("keys")
    bottom.line("keys")
    assert stream.getvalue() == "keys"
    bottom.end()
    bottom.show(Text("over"))
    assert stream.getvalue() == "keys\r\x1b[Kover\n"


def test_there_is_no_last_line_where_the_cursor_may_not_be_moved() -> None:
    stream = io.StringIO()
    bottom = Bottom(make_console(stream, environ={}))
    bottom.line("keys")
    bottom.show(Text("news"))
    bottom.end()
    assert stream.getvalue() == "news\n"


def test_a_terminal_is_given_back_as_it_was_even_after_an_error() -> None:
    import termios

    from stackwalk.screen.keys import cbreak

    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        with pytest.raises(ZeroDivisionError), cbreak(theirs):
            assert termios.tcgetattr(theirs) != before
            raise ZeroDivisionError
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)


def test_letters_that_come_all_at_once_are_a_paste() -> None:
    from stackwalk.screen.keys import single_keys
    from stackwalk.screen.line_keys import Keys, Pasted, read_keys

    assert single_keys(read_keys(Keys(), b"n\x1b[A")[1]) == ("n", "up")
    assert single_keys(read_keys(Keys(), b"stackwalk check\r")[1]) == (Pasted("stackwalk check"),)
