"""comparison.toml: what a step asks of programs of several labs."""

from dataclasses import replace
from pathlib import Path

import pytest

from stackwalk.course.comparison import hold_comparisons, read_comparison
from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.errors import StackwalkError

GOOD = """format = 1
title = "Both"
says = "A sentence."
[[side]]
name = "one"
lab = 1
page = "{page}"
[[side]]
name = "two"
lab = 2
page = "index"
[rows]
"a row" = [{ ask = "GET /{ordinary} HTTP/1.1" }, { gets = ["page"] }]
"silence" = [{ end = "stay" }]
"""


def read(tmp_path: Path, text: str) -> object:
    file = tmp_path / "comparison.toml"
    file.write_text(text)
    return read_comparison(file)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "comparison.toml"
    file.write_text(GOOD)
    comparison = read_comparison(file)
    assert [(side.name, side.lab, side.page) for side in comparison.sides] == [
        ("one", 1, "{page}"),
        ("two", 2, "index"),
    ]
    assert [(row.name, row.gets, row.end) for row in comparison.rows] == [
        ("a row", ("page",), None),
        ("silence", (), "stay"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "two"\nlab = 2\npage = "index"', 'name = "two"\nlab = 2', "page"),
        ('[[side]]\nname = "two"\nlab = 2\npage = "index"\n', "", "needed twice"),
        ('{ end = "stay" }', '{ end = "never" }', "means nothing"),
        ("lab = 2", "lab = 0", "lab"),
        ('title = "Both"\n', "", "title"),
        ('says = "A', 'sayz = "A', "says"),
    ],
)
def test_what_is_malformed_is_said_with_its_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(StackwalkError, match=said) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert "comparison.toml" in caught.value.what


def test_who_proves_a_course_finds_a_lab_that_is_not_there(tmp_path: Path) -> None:
    course = read_course(find_course())
    (tmp_path / "comparison.toml").write_text(GOOD.replace("lab = 2", "lab = 77"))
    step = replace(course.step("2.1"), comparison=tmp_path / "comparison.toml")
    lab = replace(course.lab(2), steps=(step,))
    with pytest.raises(StackwalkError, match="no lab 77"):
        hold_comparisons(course, lab)
    hold_comparisons(course, course.lab(2))
