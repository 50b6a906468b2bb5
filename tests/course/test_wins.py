"""What steps say that they win is what oddities.toml gives them, and whoever proves a course holds them to it."""

import shutil
from pathlib import Path

import pytest

from stackwalk.check.proof import prove
from stackwalk.course.folders import find_course
from stackwalk.course.reading import hold_wins, read_course
from stackwalk.errors import StackwalkError


def test_the_course_that_came_along_says_the_same_twice() -> None:
    labs = [lab for lab in read_course(find_course()).labs if lab.oddities is not None]
    assert labs
    for lab in labs:
        hold_wins(lab)


def test_a_step_that_claims_more_is_refused_when_the_course_is_proved(tmp_path: Path) -> None:
    for name in ("labs", "solutions"):
        shutil.copytree(find_course() / name, tmp_path / name)
    lesson = next(file for file in tmp_path.glob("labs/1-sockets/*/step.md") if "\nwins = [" in file.read_text())
    lesson.write_text(lesson.read_text().replace("\nwins = [", '\nwins = ["unheard of", '))
    with pytest.raises(StackwalkError, match="wins names unheard of"):
        prove(read_course(tmp_path))
