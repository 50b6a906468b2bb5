"""The same clients, asked of programs of several labs: run for real, in copies, bounded in time."""

import os
from pathlib import Path

import psutil
import pytest

from stackwalk.check.compared import Cell, Column, Compared, from_json, to_json
from stackwalk.check.comparing import Comparing, compare
from stackwalk.check.scratch import make_scratch, remove
from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.course.workspace import files_of

COURSE = read_course(find_course())
STEP = COURSE.step("2.1")
PATIENCE = 60.0


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The first lab's naive program beside the first package of the second."""
    for name in ("1.3", "2.1"):
        solution = COURSE.step(name).solution
        assert solution is not None
        for path, file in files_of(solution):
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not (name == "2.1" and path == "server.py"):
                target.write_bytes(file.read_bytes())
    return tmp_path


def cell(compared: Compared, row: str, column: str) -> Cell:
    (found,) = [one for one in compared.columns if one.name == column]
    return found.cells[compared.rows.index(row)]


def test_the_naive_program_falls_where_the_framework_stands(workspace: Path) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    compared = compare(COURSE, STEP, workspace, seed="7")
    assert [len(column.cells) for column in compared.columns] == [len(compared.rows)] * 2
    assert cell(compared, "an ordinary client", "server.py") == Cell("200 OK", "", True)
    assert cell(compared, "a folder", "server.py") == Cell("nothing", "it dies: IsADirectoryError", False)
    assert cell(compared, "connects, says nothing, leaves", "server.py").after == "it dies: IndexError"
    assert cell(compared, "connects, says nothing, stays", "server.py").after == "everybody else waits"
    assert cell(compared, "a way out: //…", "server.py") == Cell("200 OK", "", False)
    bad = [row for row in compared.rows if not cell(compared, row, "Flask").good]
    assert bad == ["one word, and no more"]  # it answers with a page that has no status line
    assert "Flask: 14 of 15" in compared.scores
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_a_program_that_is_not_there_leaves_its_column_empty_and_says_so(workspace: Path) -> None:
    (workspace / "server.py").unlink()
    compared = compare(COURSE, STEP, workspace)
    assert compared.columns[0] == Column("server.py", (), "There is no server.py in your folder. Lab 1 makes it.")
    assert len(compared.columns[1].cells) == len(compared.rows)


@pytest.mark.parametrize(
    ("source", "said"),
    [("1 / 0\n", "ZeroDivisionError"), ("x = (\n", "SyntaxError"), ("import signal\nsignal.pause()\n", "server.py:")],
    ids=["raises", "no-python", "never-listens"],
)
def test_a_program_that_does_not_start_is_said(workspace: Path, source: str, said: str) -> None:
    (workspace / "server.py").write_text(source)
    compared = compare(COURSE, STEP, workspace)
    assert compared.columns[0].cells == ()
    assert said in compared.columns[0].problem
    assert len(compared.columns[1].cells) == len(compared.rows)


SILENT = """import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
kept = []
while True:
    kept.append(listener.accept())
"""


def test_a_program_that_never_answers_is_bounded_in_time(workspace: Path) -> None:
    (workspace / "server.py").write_text(SILENT)
    column = compare(COURSE, STEP, workspace, deadline=3.0).columns[0]
    assert 0 < len(column.cells) < len(compare_rows())
    assert column.cells[0] == Cell("no answer", "the next client gets nothing", False)
    assert "the time was over" in column.problem


def compare_rows() -> tuple[str, ...]:
    from stackwalk.course.comparison import read_comparison

    assert STEP.comparison is not None
    return tuple(row.name for row in read_comparison(STEP.comparison).rows)


def test_beside_an_open_lab_it_runs_in_a_process_of_its_own_and_can_be_dropped(workspace: Path) -> None:
    comparing = Comparing(COURSE, STEP, workspace)
    try:
        came = None
        while came is None:
            came = comparing.read()
        assert isinstance(came, Compared)
        assert came.rows == compare_rows()
    finally:
        comparing.close()
    dropped = Comparing(COURSE, STEP, workspace)
    dropped.close()
    assert not psutil.pid_exists(dropped.pid)


def test_what_it_says_instead_of_a_table_is_a_sentence(workspace: Path) -> None:
    comparing = Comparing(COURSE, COURSE.step("2.2"), workspace)
    try:
        came = None
        while came is None:
            came = comparing.read()
        assert came == "2.2 compares nothing. `stackwalk list` shows the steps."
    finally:
        comparing.close()


def test_a_table_survives_its_way_as_json() -> None:
    compared = Compared(
        "t", "s", ("a", "b"), (Column("x", (Cell("200 OK", "", True), Cell("", "it dies"))), Column("y"))
    )
    assert from_json(to_json(compared)) == compared
    with pytest.raises(ValueError, match="not a comparison"):
        from_json('{"title": 1}')
    assert compared.scores == "x: 1 of 2"


def test_nothing_is_left_in_the_temporary_folder(workspace: Path) -> None:
    scratch = make_scratch()
    parent = scratch.parent
    remove(scratch)
    mine = f"-{os.getpid()}-"
    before = {path for path in parent.glob("stackwalk-check-*") if mine in path.name}
    compare(COURSE, STEP, workspace, deadline=2.0)
    assert {path for path in parent.glob("stackwalk-check-*") if mine in path.name} == before
