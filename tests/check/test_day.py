"""A day on the internet in a process of its own: counted, dropped, and never left behind."""

import contextlib
import select
import time
from pathlib import Path

import psutil
import pytest

from stackwalk.check.day import Count, Day
from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.course.workspace import files_of

PATIENCE = 90.0  # seconds
COURSE = read_course(find_course())
LAB = COURSE.lab(1)


def played(workspace: Path) -> Count:
    """The count of one day."""
    with contextlib.closing(Day(COURSE, LAB, workspace)) as day:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if select.select([day], [], [], 1.0)[0] and (count := day.read()) is not None:
                return count
    raise AssertionError("the day never ended")


def save(workspace: Path, step: str) -> None:
    solution = COURSE.step(step).solution
    assert solution is not None
    for name, file in files_of(solution):
        (workspace / name).write_bytes(file.read_bytes())


def test_a_day_counts_what_a_program_survives(tmp_path: Path) -> None:
    save(tmp_path, "1.6")
    count = played(tmp_path)
    # 186; a busy machine makes a client wait now and then.
    assert (count.total, 180 <= count.survived <= 190, count.problem) == (200, True, "")


def test_a_program_that_never_listens_is_said_to_have_seen_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("print('no server')\n")
    count = played(tmp_path)
    assert count.survived == 0
    assert count.problem.startswith("Your program did not live to see a day on the internet: ")


def test_a_day_that_cannot_be_played_says_so(tmp_path: Path) -> None:
    assert "could not be played" in played(tmp_path / "nowhere").problem


def test_a_day_that_is_killed_is_said_to_have_broken_off(tmp_path: Path) -> None:
    save(tmp_path, "1.6")
    with contextlib.closing(Day(COURSE, LAB, tmp_path)) as day:
        process_of(day).kill()
        select.select([day], [], [], PATIENCE)
        count = day.read()
    assert count is not None
    assert "no fault of your program" in count.problem


def test_a_day_that_is_dropped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, temporary = tmp_path / "my-stack", tmp_path / "temporary"
    workspace.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    save(workspace, "1.6")
    with contextlib.closing(Day(COURSE, LAB, workspace)) as day:
        process = process_of(day)
        deadline = time.monotonic() + PATIENCE
        # Its guardian, and the learner's program under that.
        while len(started := process.children(recursive=True)) < 2 and time.monotonic() < deadline:
            select.select([], [], [], 0.02)
        day.drop()
        while not day.gone and time.monotonic() < deadline:
            select.select([], [], [], 0.02)
    assert len(started) >= 2
    assert psutil.wait_procs(started, PATIENCE)[1] == []
    assert list(temporary.iterdir()) == []


def process_of(day: Day) -> psutil.Process:
    """The process in which the day is played."""
    [found] = [one for one in psutil.Process().children() if one.pid == day.pid]
    return found
