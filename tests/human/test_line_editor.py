"""Keys in, lines out: the editor of typed lines, as tables and with anything that hypothesis finds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from stackwalk.screen.line_editor import Editor, Ended, Entered, Row, drawn, edit, following
from stackwalk.screen.line_keys import LONGEST, Character, Keys, Pasted, read_keys

UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"


def type_in(data: bytes, editor: Editor | None = None) -> tuple[Editor, list[Entered | Ended]]:
    editor = editor or Editor()
    done: list[Entered | Ended] = []
    _, keys = read_keys(Keys(), data)
    for key in keys:
        match edit(editor, key):
            case Editor() as changed:
                editor = changed
            case Entered() as entered:
                done.append(entered)
                editor = following(editor, entered)
            case Ended() as ended:
                done.append(ended)
    return editor, done


@pytest.mark.parametrize(
    ("typed", "text", "cursor"),
    [
        (b"abc", "abc", 3),
        (b"abc\x7f", "ab", 2),
        (b"\x7f\x08", "", 0),
        (b"abc" + LEFT + LEFT + b"X", "aXbc", 2),
        (b"abc" + LEFT * 9 + RIGHT + b"X", "aXbc", 2),
        (b"abc\x01X", "Xabc", 1),
        (b"abc\x01\x05X", "abcX", 4),
        (b"abc\x1b[HX\x1b[FY", "XabcY", 5),
        (b"abc\x1b[1~X\x1b[4~Y", "XabcY", 5),
        (b"abc\x1bOHX\x1bOFY", "XabcY", 5),
        (b"abc\x01\x1b[3~", "bc", 0),
        (b"abc\x01\x04", "bc", 0),
        (b"one two  \x17", "one ", 4),
        (b"one two\x17\x17", "", 0),
        (b"one two" + LEFT * 3 + b"\x15", "two", 0),
        (b"one two" + LEFT * 3 + b"\x0b", "one ", 4),
        (b"one two\x1b[1;5DX", "one Xtwo", 5),
        (b"one two\x01\x1b[1;5CX", "oneX two", 4),
        ("Grüß dich, 世界".encode(), "Grüß dich, 世界", 13),
        ("aß世".encode() + b"\x7f\x7f", "a", 1),
        (b"a\xff\xc3\xfeb", "ab", 2),
        (b"a\x00\x07\x1bb", "ab", 2),
        (b"a\x1b[15~\x1b[2;5Rb", "ab", 2),
        ("a\u202eb\u200bc".encode(), "abc", 3),
        ("a\u00a0b".encode(), "a\u00a0b", 3),
        (b"a\tb", "ab", 2),
    ],
)
def test_keys_change_the_line(typed: bytes, text: str, cursor: int) -> None:
    editor, done = type_in(typed)
    assert (editor.text, editor.cursor) == (text, cursor)
    assert done == []


@pytest.mark.parametrize("enter", [b"\r", b"\n"])
def test_enter_gives_the_line_and_begins_an_empty_one(enter: bytes) -> None:
    editor, done = type_in(b"HTTP/1.1 200 OK" + enter + enter + b"Hi there!" + enter + b"x")
    assert done == [Entered("HTTP/1.1 200 OK"), Entered(""), Entered("Hi there!")]
    assert editor.text == "x"


def test_ctrl_d_ends_on_an_empty_line_only() -> None:
    assert type_in(b"\x04")[1] == [Ended()]
    assert type_in(b"a\x04")[1] == []


def test_arrow_up_fetches_lines_back_and_arrow_down_returns_to_the_present_one() -> None:
    editor, _ = type_in(b"one\r\rtwo\rpart" + UP)
    assert editor.text == "two"
    editor, _ = type_in(UP + UP, editor)
    assert editor.text == "one"
    editor, _ = type_in(DOWN + DOWN + DOWN, editor)
    assert editor.text == "part"
    _, done = type_in(UP + UP + b"!\r", editor)
    assert done == [Entered("one!")]


def paste(text: str) -> bytes:
    return b"\x1b[200~" + text.encode() + b"\x1b[201~"


def test_a_pasted_block_is_entered_as_one() -> None:
    for end in ("\n", "\r", "\r\n"):
        _, done = type_in(paste(end.join(["HTTP/1.1 200 OK", "", "Hi there!", ""])))
        assert done == [Entered("HTTP/1.1 200 OK\n\nHi there!")]


def test_a_pasted_block_without_a_last_line_end_waits_for_enter() -> None:
    editor, done = type_in(paste("HTTP/1.1 200 OK\n\nHi there"))
    assert done == []
    assert drawn(editor, "page: ", 60).text == "(2 lines above) page: Hi there"
    _, done = type_in(b"!\r", editor)
    assert done == [Entered("HTTP/1.1 200 OK\n\nHi there!")]


def test_lines_of_a_paste_that_wait_can_be_taken_back() -> None:
    editor, _ = type_in(paste("one\ntwo\nthree"))
    assert type_in(b"\x15", editor)[0] == Editor()
    editor, _ = type_in(b"\x7f" * 6, editor)
    assert (editor.before, editor.text) == ("one\n", "two")


def test_one_pasted_line_goes_into_the_text_where_the_cursor_is() -> None:
    editor, done = type_in(b"[]" + LEFT + paste("a b"))
    assert (editor.text, done) == ("[a b]", [])


def test_a_paste_holds_no_escapes_and_no_more_than_is_kept() -> None:
    editor, _ = type_in(paste("a\x1b[2Jb\x07\u202ec\td"))
    assert editor.text == "a[2Jbc    d"
    editor, _ = type_in(paste("x" * (LONGEST + 5)))
    assert len(editor.text) == LONGEST


def test_a_paste_without_an_end_stays_within_bounds_and_its_end_is_still_seen() -> None:
    keys = Keys()
    keys, _ = read_keys(keys, b"\x1b[200~start")
    for _ in range(100):
        keys, found = read_keys(keys, b"x" * 5000)
        assert found == ()
        assert len(keys.pending) < 5 * LONGEST
    keys, found = read_keys(keys, b"\x1b[20")
    keys, found = read_keys(keys, b"1~y")
    assert isinstance(found[0], Pasted)
    assert found[0].text.startswith("startxxx")
    assert found[1] == Character("y")


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_keys_are_the_same_however_their_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    whole_rest, whole = read_keys(Keys(), data)
    keys = Keys()
    found: list[object] = []
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in itertools.pairwise(places):
        keys, some = read_keys(keys, data[start:end])
        found += some
    assert found == list(whole)
    assert keys == whole_rest


keystrokes = st.lists(
    st.sampled_from(
        [b"a", "ü".encode(), "世".encode(), "e\u0301".encode(), b" ", b"\x7f", b"\x17", b"\x15", b"\r", UP]
    )
    | st.sampled_from(
        [DOWN, LEFT, RIGHT, b"\x01", b"\x05", b"\x0b", b"\x04", b"\x1b[200~x\ny\x1b[201~", b"\xff"]
    ),
    max_size=60,
)


@given(keystrokes, st.integers(1, 60), st.sampled_from(["", "> ", "first line: ", "世界: "]))
def test_the_row_never_passes_its_width_and_the_cursor_is_always_in_it(
    pressed: list[bytes], width: int, prompt: str
) -> None:
    editor, _ = type_in(b"".join(pressed))
    assert 0 <= editor.cursor <= len(editor.text)
    row = drawn(editor, prompt, width)
    assert "\x1b" not in row.text
    if width >= 6:
        assert cell_len(row.text) <= width - 1
        assert 0 <= row.column <= width - 1


def test_at_40_columns_a_long_line_shows_the_part_around_the_cursor() -> None:
    editor, _ = type_in(b"The quick brown fox jumps over the lazy dog")
    assert drawn(editor, "page: ", 40) == Row("page: rown fox jumps over the lazy dog", 38)
    editor, _ = type_in(b"\x01", editor)
    assert drawn(editor, "page: ", 40) == Row("page: The quick brown fox jumps over th", 6)


def test_wide_characters_move_the_cursor_by_two_columns() -> None:
    editor, _ = type_in("世界".encode() + LEFT)
    assert drawn(editor, "> ", 40) == Row("> 世界", 4)


def test_the_redraw_begins_at_the_left_and_leaves_the_cursor_in_place() -> None:
    editor, _ = type_in(b"abc" + LEFT)
    assert drawn(editor, "> ", 40).redraw == "\r\x1b[K> abc\r\x1b[4C"
    assert drawn(Editor(), "", 40).redraw == "\r\x1b[K\r"
