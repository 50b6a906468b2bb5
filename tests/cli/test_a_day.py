"""`check` of a step that wins oddities says how many the program survives, where somebody watches."""

import io
from pathlib import Path

from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.course.workspace import Workspace, files_of
from stackwalk.grading import check_workspace
from stackwalk.screen.console import Screen

COURSE = read_course(find_course())


def told(folder: Path, asked: str, *, terminal: bool) -> tuple[int, str]:
    """The exit status of a check of 1.6's solution, and what was shown."""
    solution = COURSE.step("1.6").solution
    assert solution is not None
    for name, file in files_of(solution):
        (folder / name).write_bytes(file.read_bytes())
    out = io.StringIO()
    screen = Screen(file=out, force_terminal=terminal, color_system=None, width=80)
    status = check_workspace(
        COURSE, Workspace(folder), asked=asked, every=False, only=True, seed="seed", as_json=False, junit=None,
        screen=lambda: screen,
    )  # fmt: skip
    return status, out.getvalue()


def test_a_step_that_wins_oddities_shows_the_new_number_in_a_terminal(tmp_path: Path) -> None:
    status, shown = told(tmp_path, "1.6", terminal=True)
    assert status == 0
    assert "your program survives 186 of 200 oddities" in shown
    assert shown.index("passed") < shown.index("A day on the internet")


def test_no_day_is_played_without_a_terminal_nor_for_a_step_that_wins_none(tmp_path: Path) -> None:
    status, shown = told(tmp_path, "1.6", terminal=False)
    assert status == 0
    assert "oddities" not in shown
    status, shown = told(tmp_path, "1.3", terminal=True)
    assert status == 0
    assert "oddities" not in shown


def test_no_day_is_played_for_a_program_that_falls_short(tmp_path: Path) -> None:
    status, shown = told(tmp_path, "1.7", terminal=True)
    assert status == 1
    assert "oddities" not in shown
