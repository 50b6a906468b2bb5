"""`course check` holds lessons to their words and their screen."""

import shutil
from pathlib import Path

import pytest
from grading import COURSE

from stackwalk.check.proof import prove
from stackwalk.course.reading import read_course

MAP = """format = 1
[[word]]
name = "upstream"
says = "Servers behind a proxy."
lab = 4
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("\nIt is an upstream.\n", "step.md uses the term 'upstream', and it comes in lab 4."),
        ("\nA line more.\n" * 20, "lines of prose, and a screen holds 24."),
    ],
    ids=["a later term", "too long"],
)
def test_a_course_with_such_a_lesson_does_not_hold(tmp_path: Path, more: str, told: str) -> None:
    shutil.copytree(COURSE, tmp_path / "course")
    labs = tmp_path / "course" / "labs"
    (labs / "words.toml").write_text(MAP, encoding="utf-8")
    lesson = labs / "1-doors" / "1-greet" / "step.md"
    lesson.write_text(lesson.read_text(encoding="utf-8") + more, encoding="utf-8")
    problems = prove(read_course(tmp_path / "course"), seed="seed")
    assert [problem.step for problem in problems if told in problem.what] == ["1.1"]
