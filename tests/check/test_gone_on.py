"""A program that has gone on: later steps replace what fails, and are asked before there is a verdict."""

import dataclasses
import select
import shutil
from pathlib import Path

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.check.warm import warming
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

COURSE: Course = read_course(find_course())


def plan(asked: str, workspace: Path = Path(), *, progress: Progress | None = None, here: bool = False) -> Plan:
    return Plan.to_grade(COURSE, steps_to_grade(COURSE, progress or Progress(), asked), workspace, "a seed", here=here)


def failing(asked: Plan, *checks: str, cause: Cause = Cause.WRONG_ANSWER, seconds: float = 0.1) -> Verdict:
    found = (one.rpartition(".") for one in checks)
    findings = tuple(Finding(step, name, "t", Outcome.FAILED, cause, "m") for step, _, name in found)
    return Verdict(asked.asked, tuple(step.id for step in asked.steps), "7", seconds, findings)


def ids(steps: Plan | None) -> list[str]:
    return [] if steps is None else [step.id for step in steps.steps]


def finished(step: str, folder: Path) -> Path:
    solution = COURSE.step(step).solution
    assert solution is not None
    return Path(shutil.copytree(solution, folder / f"finished {step}"))


def test_the_steps_that_replace_what_failed_are_asked_in_their_place() -> None:
    asked = plan("2.5")
    wider = asked.wider(failing(asked, "2.1.both_addresses_greet"))
    assert ids(asked) == ["2.1", "2.2", "2.3", "2.5"]
    assert ids(wider) == ["2.1", "2.2", "2.3", "2.4", "2.5"]
    assert wider is not None and "2.1.both_addresses_greet" in wider.leave_out
    assert wider.wider(failing(wider, "2.4.the_page_greets")) is None


def test_one_replaced_after_the_other() -> None:
    asked = plan("1.1")
    second = asked.wider(failing(asked, "1.1.it_prints_what_the_client_sent"))
    assert second is not None
    third = second.wider(failing(second, "1.2.the_answer_is_200", "1.2.the_body_is_hi_there"))
    assert (ids(second), ids(third)) == (["1.1", "1.2"], ["1.1", "1.2", "1.3"])


def test_nobody_has_gone_on_who_fails_nothing_that_is_replaced_or_does_not_answer() -> None:
    asked = plan("2.5")
    greet = "2.1.both_addresses_greet"
    assert asked.wider(failing(asked, "2.1.another_address_is_404", "2.5.an_own_404")) is None
    assert asked.wider(failing(asked, greet, cause=Cause.CRASHED)) is None
    assert asked.wider(failing(asked, greet, seconds=asked.budget)) is None  # no time is left
    passed = dataclasses.replace(failing(asked, greet), findings=(Finding("2.1", "c", "t", Outcome.PASSED),))
    assert asked.wider(passed) is None


def test_it_counts_where_the_steps_that_it_adds_hold_whatever_else_falls_short() -> None:
    asked = plan("2.5")
    first = failing(asked, "2.1.both_addresses_greet")
    wider = asked.wider(first)
    assert wider is not None

    def found(replacing: Outcome, own: Outcome) -> Verdict:
        findings = (
            Finding("2.4", "a", "t", replacing, Cause.WRONG_ANSWER if replacing is Outcome.FAILED else None),
            Finding("2.5", "b", "t", own, Cause.WRONG_ANSWER if own is Outcome.FAILED else None),
        )
        return Verdict("2.5", ("2.4", "2.5"), "7", 0.2, findings)

    held = wider.instead(found(Outcome.PASSED, Outcome.FAILED), asked, first)
    assert held.first_problem is not None and held.first_problem.step == "2.5"
    assert held.seconds == pytest.approx(first.seconds + 0.2)
    assert wider.instead(found(Outcome.FAILED, Outcome.PASSED), asked, first) is first
    assert wider.instead(found(Outcome.PASSED, Outcome.BROKEN), asked, first) is first  # our slip is not theirs
    assert (
        wider.instead(dataclasses.replace(found(Outcome.PASSED, Outcome.PASSED), steps=("2.5",)), asked, first) is first
    )


def test_where_the_learner_is_the_steps_own_checks_stand() -> None:
    asked = plan("1.2", here=True)
    assert asked.wider(failing(asked, "1.2.the_body_is_hi_there")) is None
    later = plan("2.5", here=True)
    assert ids(later.wider(failing(later, "2.1.both_addresses_greet"))) == ["2.1", "2.2", "2.3", "2.4", "2.5"]


def test_a_further_step_that_was_opened_and_left_is_in_nobodys_way(tmp_path: Path) -> None:
    opened = Progress(opened=("2.4",), passed=("2.1", "2.2", "2.3"))
    verdict = grade(plan("2.5", finished("2.5", tmp_path), progress=opened))
    assert verdict.passed, verdict.first_problem
    assert verdict.steps == ("2.1", "2.2", "2.3", "2.5")


@pytest.mark.parametrize(
    ("asked", "files", "steps"),
    [
        ("1.1", "1.3", ("1.1", "1.2", "1.3")),
        ("1.2", "1.3", ("1.1", "1.2", "1.3")),
        ("2.1", "2.4", ("2.1", "2.4")),
        ("2.5", "2.5", ("2.1", "2.2", "2.3", "2.4", "2.5")),
        ("2", "2.5", ("2.1", "2.2", "2.3", "2.4")),
    ],
)
def test_finished_files_pass_without_any_progress(
    asked: str, files: str, steps: tuple[str, ...], tmp_path: Path
) -> None:
    workspace = finished(files, tmp_path)
    if files == "1.3":
        server = workspace / "server.py"
        server.write_text(
            "".join(line for line in server.read_text().splitlines(True) if not line.lstrip().startswith("print("))
        )
    verdict = grade(plan(asked, workspace))
    assert verdict.passed, verdict.first_problem
    assert (verdict.asked, verdict.steps) == (asked, steps)


def test_who_has_not_gone_on_gets_the_first_verdict(tmp_path: Path) -> None:
    workspace = finished("1.2", tmp_path)
    server = workspace / "server.py"
    server.write_text(server.read_text().replace("Hi there!", "Hello!"))
    verdict = grade(plan("1.2", workspace))
    assert (verdict.outcome, verdict.steps) == (Outcome.FAILED, ("1.1", "1.2"))
    assert verdict.first_problem is not None
    assert verdict.first_problem.name == "the_body_is_hi_there"


@pytest.mark.parametrize(("files", "passed", "told"), [("2.5", True, "2.4"), ("2.3", False, "2.1")])
def test_a_warm_process_looks_as_well(files: str, passed: bool, told: str, tmp_path: Path) -> None:
    workspace = finished(files, tmp_path)
    if not passed:
        routes = workspace / "app" / "routes.py"
        routes.write_text(routes.read_text().replace("Hello, world!", "Good day!"))
    came: list[Finding | Verdict] = []
    with warming(again=True) as warm:
        warm.start(plan("2.5" if passed else "2.3", workspace))
        while not came or not isinstance(came[-1], Verdict):
            ready = select.select([warm], [], [], warm.left or 0.0)[0]
            came += warm.read() if ready else warm.give_up()
    verdict = came[-1]
    assert isinstance(verdict, Verdict)
    assert verdict.passed is passed, verdict.first_problem
    assert told in verdict.steps
    firsts = [one.name for one in came if isinstance(one, Finding) and one.outcome is Outcome.FAILED]
    assert firsts == ["both_addresses_greet"]  # what is asked besides is told by the verdict alone
