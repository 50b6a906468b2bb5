"""The line after a verdict: the next thing to do."""

from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course
from stackwalk.grading import next_line

COURSE: Course = read_course(find_course())


def after(progress: Progress, check: str, cause: Cause = Cause.WRONG_ANSWER, actual: str = "") -> str:
    finding = Finding("1.2", check, "t", Outcome.FAILED, cause, "m", actual=actual)
    verdict = Verdict("1.2", ("1.2",), "7", 0.1, (finding,))
    return next_line(COURSE, progress, steps_to_grade(COURSE, progress, "1.2"), verdict)


def test_an_early_step_that_a_later_one_replaced_is_not_to_be_changed() -> None:
    passed = Progress(passed=("1.1", "1.2", "1.3"), current="1.4")
    assert after(passed, "the_answer_is_200").startswith("1.3 replaced this check of 1.2, which passed before.")
    assert after(passed, "the_client_knows_where_the_body_ends").startswith("Change it, save it")
    assert after(Progress(passed=("1.1", "1.2")), "the_answer_is_200").startswith("Change it, save it")


def test_a_program_that_is_broken_is_not_told_to_have_gone_on() -> None:
    passed = Progress(passed=("1.1", "1.2", "1.3"), current="1.4")
    for cause in (Cause.CRASHED, Cause.SILENT, Cause.MISSING_FILE, Cause.EXITED):
        assert after(passed, "the_answer_is_200", cause).startswith("Change it, save it")
    broken = after(passed, "the_answer_is_200", actual="HTTP/1.1 500 INTERNAL SERVER ERROR\n         ^")
    assert broken.startswith("Change it, save it")


def test_the_missing_file_of_an_earlier_step_leads_there_or_past_it() -> None:
    progress = Progress(opened=("3.4",), passed=("3.1", "3.2", "3.3", "3.4"), current="3.5")
    finding = Finding("3.4", "it_serves_bare", "t", Outcome.FAILED, Cause.MISSING_FILE, "There is no file gateway.py.")
    verdict = Verdict("3.5", ("3.4", "3.5"), "7", 0.1, (finding,))
    said = next_line(COURSE, progress, steps_to_grade(COURSE, progress, "3.5"), verdict)
    assert "stackwalk lab 3.4" in said
    assert "stackwalk check 3.5 --only" in said


def test_after_the_last_step_of_a_kind_the_ways_on_are_said_whatever_is_open() -> None:
    core = tuple(step.id for step in COURSE.steps if step.core and not step.live)
    last, further = core[-1], next(step.id for step in COURSE.steps if not step.core)
    verdict = Verdict(last, (last,), "7", 0.1, (Finding(last, "c", "t", Outcome.PASSED),))
    for progress in (Progress(opened=(further,), passed=core, current=further), Progress(passed=core)):
        said = next_line(COURSE, progress, steps_to_grade(COURSE, progress, last), verdict)
        assert said.startswith(f"{last} has passed. ")
