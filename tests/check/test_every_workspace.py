"""Every folder of tests/programs/workspaces gets the verdict, the cause and the words that its verdict.toml names.

A folder holds files that are laid over the solution of a step, as a learner may have them. verdict.toml: `step` (asked,
and whose solution lies below), `outcome`, `cause`, `check` (STEP.NAME of the first problem), `says` (words that the
learner must read), `only` (this step alone), `gone` (files of the solution that are not there), `start` (seconds until
it must be ready).
"""

import contextlib
import dataclasses
import os
import shutil
import tomllib
from pathlib import Path

import psutil
import pytest

from stackwalk.check.plan import START_PATIENCE, Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

FOLDERS = sorted((Path(__file__).parents[1] / "programs" / "workspaces").glob("*/*"))
COURSE: Course = read_course(find_course())
LONGEST = 420  # characters of what is said


def assemble(folder: Path, facts: dict[str, object], workspace: Path) -> None:
    solution = COURSE.step(str(facts["step"])).solution
    assert solution is not None
    shutil.copytree(solution, workspace)
    gone = facts.get("gone", [])
    assert isinstance(gone, list)
    for name in gone:
        target = workspace / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    shutil.copytree(folder, workspace, dirs_exist_ok=True, ignore=shutil.ignore_patterns("verdict.toml", "__pycache__"))


def left_running(marker: str) -> list[str]:
    """Processes that stand in that folder, or were given it as their temporary one."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get("TMPDIR") == marker or process.cwd().startswith(marker)
            ):
                found.append(f"{process.pid} {process.cmdline()}")
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_workspace_gets_its_verdict(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = tomllib.loads((folder / "verdict.toml").read_text(encoding="utf-8"))
    assert set(facts) <= {"step", "outcome", "cause", "check", "says", "only", "gone", "start"}
    workspace = tmp_path / "stack"
    assemble(folder, facts, workspace)
    marker = str(tmp_path / "tmp")
    Path(marker).mkdir()
    monkeypatch.setenv("TMPDIR", marker)
    monkeypatch.setattr("tempfile.tempdir", None)
    grading = steps_to_grade(COURSE, Progress(), facts["step"], only=facts.get("only", False))
    plan = Plan.to_grade(COURSE, grading, workspace, "a seed")
    plan = dataclasses.replace(plan, start_patience=facts.get("start", START_PATIENCE))
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*") if path.is_file()}

    verdict = grade(plan)

    found = verdict.first_problem
    told = found and (found.outcome, found.cause, f"{found.step}.{found.name}", found.message, found.hint, found.output)
    assert verdict.outcome == facts["outcome"], told or verdict.message
    assert verdict.outcome is not Outcome.BROKEN
    read = ""
    if found is not None:
        assert found.cause == facts.get("cause", found.cause), told
        assert f"{found.step}.{found.name}" == facts.get("check", f"{found.step}.{found.name}"), told
        assert len(found.message) <= LONGEST, found.message
        assert marker not in found.message + found.hint + found.output
        assert "\x1b" not in found.message + found.output
        read = f"{found.message}\n{found.hint}\n{found.output}"
    else:
        read = "\n".join(one.message for one in verdict.findings)
    for words in facts.get("says", []):
        assert words in read, told
    assert left_running(marker) == []
    assert {path: path.stat().st_mtime_ns for path in workspace.rglob("*") if path.is_file()} == before
    # Gunicorn takes a worker's file away a moment after it has made it: its own end may come between.
    assert [name for name in os.listdir(marker) if not name.startswith("wgunicorn-")] == []  # noqa: PTH208


def test_there_are_forty_and_some_of_each_kind() -> None:
    kinds = [folder.parent.name for folder in FOLDERS]
    assert len(kinds) >= 40
    assert all(kinds.count(kind) >= 8 for kind in ("right", "wrong", "hostile"))
