"""The whole course in one workspace: what a step leaves behind is no hindrance to those that follow."""

import shutil
from pathlib import Path

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Cause, Outcome
from stackwalk.course.lesson import Course
from stackwalk.course.reading import find_course, read_course

COURSE: Course = read_course(find_course())


def test_every_step_passes_on_the_files_of_all_before(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    lacking = []
    for step in COURSE.steps:
        if step.check is None or step.solution is None:
            continue
        if step.start is not None:
            shutil.copytree(step.start, workspace, dirs_exist_ok=True)
        shutil.copytree(step.solution, workspace, dirs_exist_ok=True)
        verdict = grade(Plan.of(COURSE, step.id, (step,), workspace, "a seed"))
        problem = verdict.first_problem
        if problem is not None and problem.cause is Cause.NEEDS:
            lacking.append(f"{step.id}: {problem.message}")
            continue
        assert verdict.outcome is Outcome.PASSED, (step.id, problem and (problem.name, problem.message))
    if lacking:
        pytest.skip("all passes but what this machine lacks: " + " ".join(lacking))
