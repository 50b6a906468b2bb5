"""The warm process: one verdict for each request that counts, and what happens when it is killed or changed."""

import dataclasses
import os
import select
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest
from grading import COURSE, RIGHT, plan_for, workspace_with

from stackwalk.check import child
from stackwalk.check.plan import Plan
from stackwalk.check.run import GRACE
from stackwalk.check.verdict import Finding, Outcome, Verdict
from stackwalk.check.warm import Warm, grade_elsewhere, warming

PATIENCE = 60.0  # seconds
WARMED = "stackwalk.check.warmed"
NEVER_READY = "import time\nopen({marker!r}, 'w').close()\ntime.sleep(3600)\n"


def heard(warm: Warm) -> tuple[list[Finding], Verdict]:
    """All that comes of the present run."""
    deadline = time.monotonic() + PATIENCE
    findings: list[Finding] = []
    while time.monotonic() < deadline:
        select.select([warm], [], [], 1.0)
        for thing in warm.read():
            if isinstance(thing, Verdict):
                return findings, thing
            findings.append(thing)
    raise AssertionError(f"no verdict came, only {findings}")


def graded(warm: Warm, plan: Plan) -> Verdict:
    warm.start(plan)
    return heard(warm)[1]


def await_file(file: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not file.exists() and time.monotonic() < deadline:
        select.select([], [], [], 0.01)
    assert file.exists()


def warm_processes() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if WARMED in command_of(one)]


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def runs_of(process: psutil.Process) -> set[int]:
    """The children of the warm process that live."""
    return {one.pid for one in process.children() if command_of(one)}


def await_runs(expected: int) -> psutil.Process:
    """The warm process, once it has had the same so many children for longer than a run takes to leave."""
    [warm] = warm_processes()
    deadline = time.monotonic() + PATIENCE
    found, since = runs_of(warm), time.monotonic()
    while time.monotonic() < deadline and (len(found) != expected or time.monotonic() - since < GRACE + 0.2):
        select.select([], [], [], 0.02)
        if (now := runs_of(warm)) != found:
            found, since = now, time.monotonic()
    assert len(found) == expected
    return warm


@pytest.mark.parametrize("again", [False, True])
def test_run_after_run_has_its_verdict(again: bool, tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, RIGHT)
    with warming(again=again) as warm:
        for number in range(4):
            plan = dataclasses.replace(plan_for(workspace), seed=f"seed {number}")
            warm.start(plan)
            findings, verdict = heard(warm)
            assert verdict.outcome is Outcome.PASSED, verdict
            assert verdict.seed == f"seed {number}"
            assert list(verdict.findings) == findings
            assert warm.read() == []


def test_a_run_that_waits_ready_grades_what_is_there_when_it_is_asked(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, RIGHT)
    with warming(again=True) as warm:
        assert graded(warm, plan_for(workspace)).passed
        await_runs(1)
        (workspace / "server.py").write_text("print('not a server')\n")
        assert graded(warm, plan_for(workspace)).outcome is Outcome.FAILED
        await_runs(1)
        (workspace / "server.py").write_text(RIGHT)
        assert graded(warm, plan_for(workspace)).passed


def test_a_check_changed_since_is_the_one_that_counts(tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    check = course / "labs" / "1-doors" / "1-greet" / "check.py"
    workspace = workspace_with(tmp_path, RIGHT)
    with warming(again=True) as warm:
        assert graded(warm, plan_for(workspace, source=course)).passed
        await_runs(1)
        with check.open("a") as file:
            file.write('\n\ndef test_no(server):\n    """no"""\n    assert False, "Not this."\n')
        verdict = graded(warm, plan_for(workspace, source=course))
        assert verdict.findings[-1].message == "Not this."


def test_another_plan_than_the_one_that_waits(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, RIGHT)
    with warming(again=True) as warm:
        assert graded(warm, plan_for(workspace, "1.1")).steps == ("1.1",)
        await_runs(1)
        assert graded(warm, plan_for(workspace, "1.1", "1.2")).steps == ("1.1", "1.2")
        await_runs(1)


def test_what_waits_may_be_killed(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, RIGHT)
    with warming(again=True) as warm:
        assert graded(warm, plan_for(workspace)).passed
        process = await_runs(1)
        process.children()[0].kill()
        await_runs(0)
        assert graded(warm, plan_for(workspace)).passed


def test_a_newer_request_ends_the_older_run(tmp_path: Path) -> None:
    marker = tmp_path / "launched"
    workspace = workspace_with(tmp_path, NEVER_READY.format(marker=str(marker)))
    with warming(again=True) as warm:
        warm.start(plan_for(workspace))
        await_file(marker)
        (workspace / "server.py").write_text(RIGHT)
        warm.start(plan_for(workspace))
        findings, verdict = heard(warm)
        assert verdict.passed
        assert all(finding.outcome is Outcome.PASSED for finding in findings)


def test_a_run_that_is_cancelled_says_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "launched"
    workspace = workspace_with(tmp_path, NEVER_READY.format(marker=str(marker)))
    with warming() as warm:
        warm.start(plan_for(workspace))
        await_file(marker)
        warm.cancel()
        assert warm.left is None
        await_runs(0)
        assert warm.read() == []


def test_the_warm_process_may_be_killed_in_the_middle(tmp_path: Path) -> None:
    marker = tmp_path / "launched"
    workspace = workspace_with(tmp_path, NEVER_READY.format(marker=str(marker)))
    with warming() as warm:
        warm.start(plan_for(workspace))
        await_file(marker)
        os.kill(await_runs(1).pid, signal.SIGKILL)
        _, verdict = heard(warm)
        assert verdict.outcome is Outcome.BROKEN
        assert "has ended" in verdict.findings[0].message
        (workspace / "server.py").write_text(RIGHT)
        assert graded(warm, plan_for(workspace)).passed


def test_a_warm_process_killed_while_nothing_runs_wakes_nobody_again_and_again(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, RIGHT)
    with warming() as warm:
        assert graded(warm, plan_for(workspace)).passed
        os.kill(await_runs(0).pid, signal.SIGKILL)
        assert select.select([warm], [], [], PATIENCE)[0]
        assert warm.read() == []
        assert select.select([warm], [], [], 0.05)[0] == []
        assert graded(warm, plan_for(workspace)).passed


def test_without_a_fork_a_run_is_spawned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "FORKS", False)
    from stackwalk.check.runner import grade

    monkeypatch.setattr("threading.active_count", lambda: 1)
    assert grade(plan_for(workspace_with(tmp_path, RIGHT))).passed


def test_a_plan_that_cannot_run_is_blocked(tmp_path: Path) -> None:
    with warming(again=True) as warm:
        for _ in range(2):
            verdict = graded(warm, plan_for(tmp_path / "nowhere"))
            assert (verdict.outcome, verdict.findings) == (Outcome.BLOCKED, ())
            assert "not a folder" in (verdict.message or "")


def test_from_a_process_with_threads_it_is_the_same(tmp_path: Path) -> None:
    told: list[Finding] = []
    verdict = grade_elsewhere(plan_for(workspace_with(tmp_path, RIGHT)), on_finding=told.append)
    assert verdict.passed
    assert told == list(verdict.findings)
