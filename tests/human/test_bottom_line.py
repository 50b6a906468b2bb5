"""The row at the bottom, on a small terminal of our own that obeys what is written to it."""

import re

from stackwalk.screen.bottom_line import BottomLine
from stackwalk.screen.line_editor import Ended, Entered


class Terminal:
    """Rows of text; knows line feeds, returns, "erase to the right" and "right by n"."""

    def __init__(self) -> None:
        self.rows = [""]
        self.column = 0

    def write(self, text: str) -> None:
        for piece in re.findall(r"\x1b\[\d*[A-Za-z]|\n|\r|[^\x1b\n\r]+", text):
            if piece == "\n":
                self.rows.append("")
                self.column = 0
            elif piece == "\r":
                self.column = 0
            elif piece == "\x1b[K":
                self.rows[-1] = self.rows[-1][: self.column]
            elif piece.startswith("\x1b["):
                assert piece.endswith("C"), f"{piece!r} is not known"
                self.column += int(piece[2:-1])
            else:
                row = self.rows[-1]
                self.rows[-1] = row[: self.column] + piece + row[self.column + len(piece) :]
                self.column += len(piece)


def line_on(terminal: Terminal, moves: bool = True) -> BottomLine:
    return BottomLine(terminal.write, lambda: 40, moves)


def test_output_scrolls_by_above_what_is_being_typed() -> None:
    terminal = Terminal()
    line = line_on(terminal)
    line.show("> ")
    assert line.feed(b"HTTP/1") == ()
    with line.above():
        terminal.write("somebody asks\n")
    assert line.feed(b".1\x1b[D") == ()
    assert terminal.rows == ["somebody asks", "> HTTP/1.1"]
    assert terminal.column == len("> HTTP/1.")


def test_what_was_entered_stays_above_and_the_row_is_empty_again() -> None:
    terminal = Terminal()
    line = line_on(terminal)
    line.show("> ")
    assert line.feed(b"one\rtwo") == (Entered("one"),)
    assert terminal.rows == ["> one", "> two"]
    line.show("page: ")
    assert terminal.rows == ["> one", "page: two"]


def test_a_hidden_row_keeps_what_was_typed_and_draws_nothing() -> None:
    terminal = Terminal()
    line = line_on(terminal)
    line.show("> ")
    line.feed(b"abc")
    line.hide()
    assert terminal.rows == [""]
    line.feed(b"d")
    with line.above():
        terminal.write("x\n")
    assert terminal.rows == ["x", ""]
    line.show("> ")
    assert terminal.rows == ["x", "> abcd"]


def test_an_error_above_brings_the_row_back_all_the_same() -> None:
    terminal = Terminal()
    line = line_on(terminal)
    line.show("> ")
    try:
        with line.above():
            raise OSError("the disk is full")
    except OSError:
        terminal.write("")
    assert terminal.rows == ["> "]


def test_the_end_of_the_input_is_an_end() -> None:
    assert line_on(Terminal()).feed(b"") == (Ended(),)
    assert line_on(Terminal(), moves=False).feed(b"") == (Ended(),)


def test_a_dumb_terminal_gets_a_prompt_once_and_no_escape() -> None:
    terminal = Terminal()
    line = line_on(terminal, moves=False)
    line.show("first line: ")
    line.show("first line: ")
    with line.above():
        terminal.write("somebody asks\n")
    assert line.feed("HTTP/1.1 200 OK\r\n\nGrü".encode()) == (Entered("HTTP/1.1 200 OK"), Entered(""))
    assert line.feed("ß\n".encode()) == (Entered("Grüß"),)
    line.redraw()
    line.hide()
    assert terminal.rows == ["first line: ", "somebody asks", ""]


def test_a_flood_without_a_line_end_stays_within_bounds() -> None:
    line = line_on(Terminal(), moves=False)
    for _ in range(100):
        assert line.feed(b"x" * 4096) == ()
    (entered,) = line.feed(b"\n")
    assert isinstance(entered, Entered)
    assert len(entered.text) < 20_000
