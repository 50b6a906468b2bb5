"""Where the learner is, what comes next, and what a check grades: the design's rules as tables."""

import io

import pytest
from building import a_course, a_step

from stackwalk.course.lesson import Progress
from stackwalk.course.place import all_passed, choice, next_after, replaced_by, step_before, steps_to_grade, where_is
from stackwalk.errors import StackwalkError
from stackwalk.screen.console import make_console
from stackwalk.screen.pages import draw_place

COURSE = a_course(
    a_step("1.0", live=True),
    a_step("1.1"),
    a_step("1.2", replaces=("1.1.prints",)),
    a_step("1.3", replaces=("1.2.body",)),
    a_step("1.4", "further", replaces=("1.3.plain",)),
    a_step("1.5", "further"),
    a_step("1.10", "further"),
    a_step("2.1"),
    a_step("2.2"),
    a_step("2.3", "further"),
)


def at(current: str | None, *passed: str, opened: tuple[str, ...] = ()) -> Progress:
    return Progress(opened=opened, passed=passed, current=current)


@pytest.mark.parametrize(
    ("progress", "step", "said"),
    [
        (at(None), "1.0", "Nothing has been opened yet"),
        (at("1.0"), "1.0", "1.0 is the step that you opened last"),
        (at("1.0", "1.0"), "1.1", "1.1 is the next core step"),
        (at("1.1", "1.0"), "1.1", "opened last"),
        (at("1.1", "1.1", "1.2"), "1.3", "1.3 is the next core step"),
        (at("1.3", "1.1", "1.2", "1.3"), "2.1", "2.1 opens lab 2. Or stay in lab 1 and go further"),
        (at("1.4", "1.4"), "1.5", "1.5 is the next further step"),
        (at("1.4", "1.4", "1.5"), "1.10", "1.10 is the next further step"),
        (
            at("1.10", "1.0", "1.1", "1.2", "1.3", "1.10"),
            "1.10",
            "Go further: 1.4, 1.5, or go on to lab 2",
        ),
        (
            at("1.10", "1.10", "1.4", "1.5"),
            "1.10",
            "Go back to what is open: 1.0, 1.1, 1.2, 1.3, or go on to lab 2",
        ),
        (at("2.2", "2.1", "2.2"), "2.2", "Go further: 2.3."),
        (at("2.3", "2.1", "2.2", "2.3"), "2.3", "That was the last step there is"),
        (at("2.1"), "2.1", "opened last"),  # no lab is locked
        (at("7.7", "7.7"), "1.0", "Nothing has been opened yet"),  # a step that is no longer there
    ],
)
def test_where_the_learner_is(progress: Progress, step: str, said: str) -> None:
    place = where_is(COURSE, progress)
    assert place.step.id == step
    assert said in place.why
    assert place.why.endswith(".")


@pytest.mark.parametrize(
    ("step", "passed", "following"),
    [
        ("1.0", (), "1.1"),
        ("1.1", ("1.2",), "1.3"),
        ("1.3", (), "2.1"),
        ("1.4", (), "1.5"),
        ("1.5", ("1.10",), None),
        ("2.2", (), None),
        ("2.3", (), None),
    ],
)
def test_what_comes_after_a_step(step: str, passed: tuple[str, ...], following: str | None) -> None:
    after = next_after(COURSE, Progress(passed=passed), COURSE.step(step))
    assert (after.id if after else None) == following


def test_what_stands_before_a_step() -> None:
    before = step_before(COURSE, COURSE.step("2.1"))
    assert before is not None
    assert before.id == "1.10"
    assert step_before(COURSE, COURSE.step("1.0")) is None


CORE = ("1.1", "1.2", "1.3")


@pytest.mark.parametrize(
    ("asked", "progress", "label", "steps", "left_out"),
    [
        (None, at(None), "1.1", ("1.1",), ()),  # 1.0 is live: the next one
        (None, at("1.0", "1.1"), "1.2", ("1.1", "1.2"), ("1.1.prints",)),  # … that has not passed
        (None, at("1.0", "1.0"), "1.1", ("1.1",), ()),
        (None, at("1.2"), "1.2", ("1.1", "1.2"), ("1.1.prints",)),
        (None, at("1.2", "1.2"), "1.3", CORE, ("1.1.prints", "1.2.body")),
        ("1.1", at(None), "1.1", ("1.1",), ()),
        ("1.3", at(None), "1.3", CORE, ("1.1.prints", "1.2.body")),
        ("1.3", at("1.5", opened=("1.5",)), "1.3", CORE, ("1.1.prints", "1.2.body")),
        ("1.5", at("1.5", opened=("1.5",)), "1.5", (*CORE, "1.5"), ("1.1.prints", "1.2.body")),
        (
            "1.5",
            at("1.5", opened=("1.4",)),
            "1.5",
            (*CORE, "1.5"),  # 1.4 was opened and left: what it replaces is not asked, nor is anything of its own
            ("1.1.prints", "1.2.body", "1.3.plain"),
        ),
        (
            "1.5",
            at("1.5", "1.4", opened=("1.4",)),
            "1.5",
            (*CORE, "1.4", "1.5"),
            ("1.1.prints", "1.2.body", "1.3.plain"),
        ),
        ("1.10", at("1.5", "1.5"), "1.10", (*CORE, "1.5", "1.10"), ("1.1.prints", "1.2.body")),
        ("1", at(None), "1", CORE, ("1.1.prints", "1.2.body")),
        ("1", at("1.4", opened=("1.4",)), "1", (*CORE, "1.4"), ("1.1.prints", "1.2.body", "1.3.plain")),
        (
            "1",
            at("1.5", "1.5", opened=("1.4",)),
            "1",
            (*CORE, "1.5", "1.4"),  # what may fall short hides nothing that passed
            ("1.1.prints", "1.2.body", "1.3.plain"),
        ),
        ("2", at(None), "2", ("2.1", "2.2"), ()),
        ("2.1", at(None), "2.1", ("2.1",), ()),  # of its lab only
        ("01.03", at(None), "1.3", CORE, ("1.1.prints", "1.2.body")),
    ],
)
def test_what_a_check_grades(
    asked: str | None, progress: Progress, label: str, steps: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    grading = steps_to_grade(COURSE, progress, asked)
    assert grading.asked == label
    assert tuple(step.id for step in grading.steps) == steps
    assert grading.left_out == frozenset(left_out)


def test_only_grades_one_step_with_all_of_its_checks() -> None:
    grading = steps_to_grade(COURSE, at(None), "1.2", only=True)
    assert [step.id for step in grading.steps] == ["1.2"]
    assert grading.left_out == frozenset()


def test_only_without_a_step_grades_the_one_that_the_learner_is_at() -> None:
    assert [step.id for step in steps_to_grade(COURSE, at("1.3"), None, only=True).steps] == ["1.3"]


def test_all_grades_every_step_begun_or_not_and_no_live_one() -> None:
    grading = steps_to_grade(COURSE, at(None), None, all=True)
    assert grading.asked == "all"
    assert [step.id for step in grading.steps] == [step.id for step in COURSE.steps if step.id != "1.0"]
    assert grading.left_out == {"1.1.prints", "1.2.body", "1.3.plain"}


@pytest.mark.parametrize(
    ("asked", "only", "every", "what", "try_this"),
    [
        ("1.0", False, False, "done live, in `stackwalk lab 1`", "stackwalk lab 1.0"),
        ("1.7", False, False, "Lab 1 has no step 1.7", "1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.10"),
        ("9.1", False, False, "There is no step 9.1", "lab 1"),
        ("9", False, False, "There is no lab '9'", "lab 2"),
        ("banana", False, False, "There is no lab 'banana'", "lab 1"),
        ("1.", False, False, "'1.' is not the name of a step", "1.1"),
        ("1.2.3", False, False, "'1.2.3' is not the name of a step", "1.1"),
        ("-1", False, False, "There is no lab '-1'", "lab 1"),
        ("١.١", False, False, "is not the name of a step", "1.1"),
        ("", False, False, "There is no lab ''", "lab 1"),
        ("\x1b[31m", False, False, "There is no lab '\\x1b[31m'", "lab 1"),
        ("1" * 5000, False, False, "There is no lab", "lab 1"),
        ("1", True, False, "--only grades one step", "--only"),
        ("1.1", False, True, "--all grades every step", "Leave out --all"),
        (None, True, True, "--all grades every step", "Leave out --all"),
    ],
)
def test_what_cannot_be_graded_is_said(asked: str | None, only: bool, every: bool, what: str, try_this: str) -> None:
    with pytest.raises(StackwalkError) as error:
        steps_to_grade(COURSE, at(None), asked, only=only, all=every)
    assert what in error.value.what
    assert try_this in error.value.try_this
    assert len(error.value.what) < 200


def test_a_course_of_live_steps_alone_has_nothing_to_grade() -> None:
    course = a_course(a_step("1.0", live=True))
    with pytest.raises(StackwalkError, match="no step after it can be graded"):
        steps_to_grade(course, at(None), None)
    with pytest.raises(StackwalkError, match="no step that can be graded"):
        steps_to_grade(course, at(None), "1")
    with pytest.raises(StackwalkError, match="no step that can be graded"):
        steps_to_grade(course, at(None), None, all=True)


def test_progress_changes_by_making_a_new_one() -> None:
    before = Progress()
    after = (
        before.opening("1.1").opening("1.2").opening("1.1").passing("1.1", "1.1").hinting("1.1", 2).hinting("1.1", 1)
    )
    assert before == Progress()
    assert (after.opened, after.passed, after.current, dict(after.hints)) == (
        ("1.1", "1.2"), ("1.1",), "1.1", {"1.1": 2},
    )  # fmt: skip
    assert after.begun("1.2")
    assert not after.begun("1.3")


def test_the_end_says_what_one_has_and_what_comes() -> None:
    done = Progress(passed=tuple(step.id for step in COURSE.steps), current="2.3")
    assert all_passed(COURSE, done) and not all_passed(COURSE, at("2.3", "2.3"))
    said = choice(COURSE, done, COURSE.step("2.3"))
    assert said.startswith("Well done: that was the last step")
    assert f"“{COURSE.lab('2').question}”" in said
    assert "stackwalk check --all" in said
    out = io.StringIO()
    make_console(out).print(draw_place(COURSE, done, where_is(COURSE, done), "/home/ada/my-stack"))
    assert f"All of {len(COURSE.steps)} steps are passed." in out.getvalue()
    assert "Go on" not in out.getvalue()


@pytest.mark.parametrize(
    ("progress", "later"),
    [
        (at("1.3", "1.1", "1.2", "1.3"), "1.3"),
        (at("1.3", "1.1", "1.2", opened=("1.2", "1.3")), "1.3"),
        (at("1.2", "1.1", "1.2", opened=("1.2",)), None),
        (at("1.3", "1.1", "1.3"), None),
    ],
)
def test_a_check_is_replaced_once_the_learner_has_been_at_the_later_step(progress: Progress, later: str | None) -> None:
    found = replaced_by(COURSE, progress, "1.2", "body")
    assert (found.id if found else None) == later
    assert replaced_by(COURSE, progress, "1.2", "another") is None
