"""Differences: visible bytes, a mark under the first one that differs, and never cut there."""

from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.difference import AFTER, difference, first_difference, visible

ALIKE = st.tuples(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300))


@given(ALIKE)
def test_the_mark_stands_under_the_first_byte_that_differs(parts: tuple[bytes, bytes, bytes]) -> None:
    expected, actual = parts[0] + parts[1], parts[0] + parts[2]
    drawn = difference(expected, actual)
    if expected == actual:
        assert drawn.offset is None and "^" not in drawn.actual.replace(visible(actual), "")
        return
    offset = drawn.offset
    assert offset is not None
    assert (
        expected[:offset] == actual[:offset] and expected[offset : offset + 1] != actual[offset : offset + 1]
    )
    line, mark = drawn.actual.split("\n")
    column = mark.index("^")
    assert line[column:].startswith(visible(actual[offset : offset + AFTER]))
    assert drawn.expected[column:].startswith(visible(expected[offset : offset + AFTER]))
    assert line[:column] == drawn.expected[:column]
    assert ("ends here" in mark) == (offset == len(actual))


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_what_is_drawn_is_printable_and_short(expected: bytes, actual: bytes) -> None:
    drawn = difference(expected, actual)
    text = drawn.expected + drawn.actual.replace("\n", "", 1)
    assert text.isascii() and text.isprintable()
    assert len(text) < 1500


@given(st.binary(max_size=500), st.binary(max_size=500))
def test_every_byte_is_shown_or_counted(expected: bytes, actual: bytes) -> None:
    line = difference(expected, actual).expected
    before = int(line[1:].partition(" ")[0]) if line.startswith("[") and " bytes] " in line else 0
    tail = line.rpartition(" [")[2]
    after = int(tail.partition(" ")[0]) if tail.endswith(" more bytes]") else 0
    shown = len(expected) - before - after
    assert visible(expected[before : before + shown]) in line


def test_line_ends_are_visible() -> None:
    drawn = difference(b"HTTP/1.1 200 OK\r\n\r\nhi", b"HTTP/1.1 200 OK\n\nhi")
    assert drawn.expected == r"HTTP/1.1 200 OK\r\n\r\nhi"
    assert drawn.actual == "HTTP/1.1 200 OK\\n\\nhi\n               ^"


def test_an_answer_that_ends_early_says_where() -> None:
    assert difference(b"Hi there!", b"Hi").actual == "Hi\n  ^ ends here"


def test_the_first_difference_of_a_megabyte() -> None:
    data = bytes(1_000_000)
    assert first_difference(data, data[:-1] + b"x") == 999_999
    assert first_difference(data, data[:5]) == 5
    assert first_difference(data, data) is None
