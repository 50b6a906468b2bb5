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


def test_a_slip_that_breaks_every_trial_of_a_step_is_told_once(tmp_path: Path) -> None:
    shutil.copytree(COURSE, tmp_path / "course")
    check = tmp_path / "course" / "labs" / "1-doors" / "2-echo" / "check.py"
    check.write_text(check.read_text(encoding="utf-8") + "\ndef broken(:\n", encoding="utf-8")
    told = [problem for problem in prove(read_course(tmp_path / "course"), seed="seed") if problem.step == "1.2"]
    assert len([problem for problem in told if "SyntaxError" in problem.what]) == 1


def test_a_sentence_of_a_list_has_no_full_stop(tmp_path: Path) -> None:
    shutil.copytree(COURSE, tmp_path / "course")
    check = tmp_path / "course" / "labs" / "1-doors" / "1-greet" / "check.py"
    text = check.read_text(encoding="utf-8")
    assert '"""\n' in text
    place = text.index('    """') + len('    """')
    end = text.index('"""', place)
    check.write_text(f"{text[:end]}.{text[end:]}", encoding="utf-8")
    told = [problem.what for problem in prove(read_course(tmp_path / "course"), seed="seed")]
    assert [what for what in told if "ends with a full stop" in what]
