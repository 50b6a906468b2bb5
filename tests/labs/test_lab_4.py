"""Lab 4's checks on configurations as other people would type them: they accept each that does the job."""

import shutil
from pathlib import Path

import pytest
from web_server_confs import RIGHT, WRONG

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

COURSE: Course = read_course(find_course())


def graded(tmp_path: Path, step: str, conf: str) -> Verdict:
    """The step alone, on its solution with another nginx.conf."""
    solution = COURSE.step(step).solution
    assert solution is not None
    workspace = tmp_path / "workspace"
    shutil.copytree(solution, workspace)
    (workspace / "nginx.conf").write_text(conf, encoding="utf-8", newline="")
    grading = steps_to_grade(COURSE, Progress(), step, only=True)
    return grade(Plan.of(COURSE, grading.asked, grading.steps, workspace, "a seed"))


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    """What did not pass, for the message of a failed test."""
    return [
        (finding.name, str(finding.cause), finding.message)
        for finding in verdict.findings
        if finding.outcome is not Outcome.PASSED
    ]


@pytest.mark.parametrize(
    ("step", "conf"), [(step, conf) for (step, _), conf in RIGHT.items()], ids=map(" ".join, RIGHT)
)
def test_whatever_does_the_job_passes(tmp_path: Path, step: str, conf: str) -> None:
    verdict = graded(tmp_path, step, conf)
    assert told(verdict) == []
    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("step", "conf", "check"),
    [(step, conf, check) for (step, _), (conf, check) in WRONG.items()],
    ids=map(" ".join, WRONG),
)
def test_what_only_looks_like_it_does_not(tmp_path: Path, step: str, conf: str, check: str) -> None:
    verdict = graded(tmp_path, step, conf)
    assert verdict.outcome is Outcome.FAILED
    assert check in [name for name, _, _ in told(verdict)]


def test_what_nginx_takes_in_silence_is_remarked(tmp_path: Path) -> None:
    conf = RIGHT["4.2", "the address alone"].replace("'$upstream_addr'", "’$upstream_addr’")
    verdict = graded(tmp_path, "4.2", conf)
    assert told(verdict) == []
    notes = [note for one in verdict.findings for note in one.notes]
    assert any("nginx.conf, line 1" in note and "curly" in note for note in notes)


def test_a_task_of_4_9_that_no_check_can_see_is_remarked(tmp_path: Path) -> None:
    solution = COURSE.step("4.9").solution
    assert solution is not None
    conf = (solution / "nginx.conf").read_text(encoding="utf-8").replace("    proxy_connect_timeout 2s;\n", "")
    verdict = graded(tmp_path, "4.9", conf)
    said = " ".join(finding.message for finding in verdict.findings)
    assert told(verdict) == []
    assert "Your file has no proxy_connect_timeout" in said
    assert "Your file has no max_fails" not in said
