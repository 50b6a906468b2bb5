"""Text behind a mark, at any width."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from stackwalk.screen.console import make_console
from stackwalk.screen.exchanges import draw_body
from stackwalk.screen.hanging import NARROWEST, Hanging


def lines_at(width: int, text: str, whole: bool = False) -> list[str]:
    stream = io.StringIO()
    make_console(stream, environ={"COLUMNS": str(width)}).show(Hanging(Text("> "), Text(text), whole))
    return stream.getvalue().split("\n")[:-1]


def test_lines_that_follow_stand_under_the_text() -> None:
    assert lines_at(20, "one two three four five") == ["> one two three four", "  five"]


def test_bytes_are_broken_at_the_edge_not_at_a_space() -> None:
    assert lines_at(20, "Gecko like KHTML and so on", whole=True) == ["> Gecko like KHTML a", "  nd so on"]


@pytest.mark.parametrize("text", ["", "x"])
def test_a_short_text_is_one_line(text: str) -> None:
    assert lines_at(20, text, whole=True) == [f"> {text}".rstrip()]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200), st.integers(20, 60))
def test_no_width_loses_a_character(text: str, width: int) -> None:
    lines = lines_at(width, text, whole=True)
    assert "".join(line[2:] for line in lines) == text
    assert max(map(len, lines)) <= max(width, NARROWEST + 2)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"one\ntwo\n", ["  < one", "  < two"]),
        (b"one", ["  < one"]),
        (b"\n", ["  < "]),
        (b"1\n2\n3\n4\n", ["  < 1", "  < 2", "  < 3", "  < … (8 bytes in all)"]),
        (b"1\n2\n3\n", ["  < 1", "  < 2", "  < 3"]),
    ],
)
def test_a_body_is_shown_line_by_line_and_nothing_behind_its_last_line_end(body: bytes, shown: list[str]) -> None:
    assert [line.plain for line in draw_body(body, len(body), "server", 3)] == shown
