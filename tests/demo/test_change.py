"""What is typed between two states of a folder."""

from hypothesis import given
from hypothesis import strategies as st

from stackwalk.session.demo.change import Change, Piece, changes

BEFORE = "".join(f"line {number}\n" for number in range(12))


def kinds(change: Change) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in change.pieces]


def test_a_new_file_is_typed_whole() -> None:
    (change,) = changes({}, {"server.py": "import socket\n\nprint()\n"})
    assert change == Change(
        "server.py", True, (Piece("typed", "import socket"), Piece("typed", ""), Piece("typed", "print()"))
    )


def test_a_line_more_is_shown_between_its_neighbours() -> None:
    (change,) = changes({"a": BEFORE}, {"a": BEFORE.replace("line 6\n", "line 6\nnew\n")})
    assert kinds(change) == [
        ("skipped", "5"),
        ("same", "line 5"),
        ("same", "line 6"),
        ("typed", "new"),
        ("same", "line 7"),
        ("same", "line 8"),
        ("skipped", "3"),
    ]


def test_a_changed_line_is_taken_out_before_it_is_typed_anew() -> None:
    (change,) = changes({"a": "one\ntwo\nthree\n"}, {"a": "one\n2\nthree\n"})
    assert kinds(change) == [("same", "one"), ("gone", "two"), ("typed", "2"), ("same", "three")]


def test_files_that_stay_as_they_are_are_left_out() -> None:
    assert changes({"a": "1\n", "b": "2\n"}, {"a": "1\n", "b": "2\n"}) == ()
    assert [one.name for one in changes({"a": "1\n", "old": ""}, {"b": "2\n", "a": "3\n"})] == ["a", "b"]


texts = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=14).map(
    lambda lines: "".join(f"{one}\n" for one in lines)
)


@given(texts, texts)
def test_what_is_shown_leads_from_the_one_to_the_other(before: str, after: str) -> None:
    for change in changes({"x": before}, {"x": after}):
        left, right = before.splitlines(), after.splitlines()
        old: list[str] = []
        new: list[str] = []
        for piece in change.pieces:
            if piece.kind == "skipped":
                count = int(piece.text)
                assert left[len(old) : len(old) + count] == right[len(new) : len(new) + count]
                old += left[len(old) : len(old) + count]
                new += right[len(new) : len(new) + count]
            old += [piece.text] if piece.kind in ("same", "gone") else []
            new += [piece.text] if piece.kind in ("same", "typed") else []
        assert (old, new) == (left, right)
