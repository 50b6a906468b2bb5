"""A workspace made ready for a later lab, and what one lacks."""

from pathlib import Path

import pytest

from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.course.readying import finished_before, make_ready, missing_before
from stackwalk.errors import StackwalkError

COURSE = read_course(find_course())


def test_it_holds_the_finished_files_of_the_lab_before(tmp_path: Path) -> None:
    names = make_ready(COURSE, COURSE.lab(3), tmp_path / "new")
    assert {"service.py", "app/__init__.py", "app/routes.py", "server.py"} <= set(names)
    assert "wsgi.py" not in names
    for name, source in finished_before(COURSE, COURSE.lab(3)):
        assert (tmp_path / "new" / name).read_bytes() == source.read_bytes()


def test_before_the_first_lab_there_is_nothing(tmp_path: Path) -> None:
    assert make_ready(COURSE, COURSE.lab(1), tmp_path / "new") == ()
    assert (tmp_path / "new").is_dir()


def test_an_empty_folder_will_do_and_one_with_a_file_will_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    make_ready(COURSE, COURSE.lab(2), tmp_path / "empty")
    with pytest.raises(StackwalkError, match="not empty"):
        make_ready(COURSE, COURSE.lab(2), tmp_path / "empty")


def test_what_is_missing_is_named_and_what_is_there_is_not(tmp_path: Path) -> None:
    make_ready(COURSE, COURSE.lab(3), tmp_path / "new")
    assert missing_before(COURSE, COURSE.lab(3), tmp_path / "new") == ""
    (tmp_path / "new" / "service.py").unlink()
    said = missing_before(COURSE, COURSE.lab(3), tmp_path / "new")
    assert "service.py" in said
    assert "app/routes.py" not in said
    assert "stackwalk lab 3 --ready" in said
    assert missing_before(COURSE, COURSE.lab(1), tmp_path) == ""
