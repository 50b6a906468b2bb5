"""Where the learner is, what comes next, and which steps a check grades. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.errors import StackwalkError


@dataclass(frozen=True, slots=True)
class Place:
    """The step to be at, and one sentence that says why."""

    step: Step
    why: str


@dataclass(frozen=True, slots=True)
class Grading:
    """What one `stackwalk check` grades."""

    asked: str  # "1.3", "1" or "all"
    steps: tuple[Step, ...]  # in the order in which they run, none of them live
    left_out: frozenset[str]  # checks that a later step replaces: "1.2.body_is_hi_there"


def where_is(course: Course, progress: Progress) -> Place:
    """Return the step that the learner is at.

    It is the step last opened; once that has passed, the next one of its kind that has not. Raises
    StackwalkError where the course has no step at all.
    """
    if not course.steps:
        raise StackwalkError(f"The course in {course.root} has no steps.", "Name a folder that has, with --from DIR.")
    here = _known(course, progress.current)
    if here is None:
        first = course.steps[0]
        return Place(first, f"Nothing has been opened yet, so it begins with {first.id}.")
    if here.id not in progress.passed:
        return Place(here, f"{here.id} is the step that you opened last.")
    following = next_after(course, progress, here)
    if following is None:
        return Place(here, f"{here.id} has passed. {choice(course, progress, here)}")
    if following.lab == here.lab:
        kind = "core" if here.core else "further"
        return Place(following, f"{here.id} has passed, and {following.id} is the next {kind} step.")
    said = f"{here.id} has passed, and {following.id} opens lab {following.lab}."
    open_here = _open_further(course.lab(here.lab), progress)
    if open_here:
        said += f" Or stay in lab {here.lab} and go further: {_listed(open_here)}."
    return Place(following, said)


def next_after(course: Course, progress: Progress, step: Step) -> Step | None:
    """Return what comes after a step, done or not.

    After a core step that is the next core step not passed, after a further one the next further one of its
    lab not passed; None where there is none.
    """
    steps = course.steps
    for later in steps[steps.index(step) + 1 :]:
        if later.kind != step.kind or later.id in progress.passed:
            continue
        if step.core or later.lab == step.lab:
            return later
    return None


def step_before(course: Course, step: Step) -> Step | None:
    """Return the step that stands before this one, of whatever kind."""
    place = course.steps.index(step)
    return course.steps[place - 1] if place else None


def replaced_by(course: Course, progress: Progress, step: str, check: str) -> Step | None:
    """The step that replaces a check of a step that has passed, once the learner has been there; else None.

    `check` is the check's name in its step, as "body_is_hi_there".
    """
    if step not in progress.passed:
        return None
    full = f"{step}.{check}"
    return next((one for one in course.steps if full in one.replaces and progress.begun(one.id)), None)


def choice(course: Course, progress: Progress, step: Step) -> str:
    """Say what the learner can do where no next step of the same kind is left."""
    lab = course.lab(step.lab)
    further = tuple(one for one in _open_further(lab, progress) if one.id != step.id)
    missed = tuple(one for one in lab.steps if one.core and one.id not in progress.passed)
    ways = []
    if missed:
        ways.append(f"go back to what is open: {_listed(missed)}")
    if further:
        ways.append(f"go further: {_listed(further)}")
    later = next((one for one in course.labs if one.number > lab.number and one.steps), None)
    if later is not None:
        ways.append(f"go on to lab {later.number}, {later.title}")
    if not ways:
        if all_passed(course, progress):
            return _all_done(course, lab)
        return "That was the last step there is. `stackwalk list` shows which ones before it are open."
    said = ", or ".join(ways)
    return f"{said[0].upper()}{said[1:]}."


def _all_done(course: Course, lab: Lab) -> str:
    said = (
        f"Well done: that was the last step, and the road ends here for now. “{lab.question}” was the question, "
        "and you have built the answer, line by line: say it in your own words, to somebody who asks."
    )
    if any(word.lab > lab.number for word in course.words):
        said += " What comes after it: `stackwalk words` has the words of the labs ahead."
    return f"{said} Until then `stackwalk check --all` holds what you wrote to every check once more."


def all_passed(course: Course, progress: Progress) -> bool:
    """Whether every step of the course has passed."""
    return bool(course.steps) and all(step.id in progress.passed for step in course.steps)


def steps_to_grade(
    course: Course, progress: Progress, asked: str | None, only: bool = False, all: bool = False
) -> Grading:
    """Return the steps that a check grades, and the checks among theirs that are no longer in force.

    `asked` is a step ("1.3": with the core steps before it in its lab, and the further ones before it that
    have passed: one that was opened and left takes back what it replaces, and asks for nothing), a lab ("1":
    its core and each further step begun, those that have not passed at the end, so that none of them hides
    another), or None for where the learner is. `only` leaves out earlier steps; `all` takes each step of each
    lab, and then nothing may be asked. Raises StackwalkError for a step or lab that does not exist, a live
    step, and what does not go together.
    """
    if all:
        return _all_of(course, asked, only)
    if asked is None:
        return _up_to(course, progress, _graded_from(course, progress), only)
    if "." in asked:
        step = course.step(asked)
        if step.live:
            raise StackwalkError(
                f"Step {step.id} is done live, in `stackwalk lab {step.lab}`: there is nothing to grade.",
                f"Open it with `stackwalk lab {step.id}`; `stackwalk check` grades the step after it.",
            )
        return _up_to(course, progress, step, only)
    lab = course.lab(asked)
    if only:
        raise StackwalkError(
            f"--only grades one step, and {lab.number} is a whole lab.",
            f"Name a step, for example `stackwalk check {lab.steps[-1].id} --only`.",
        )
    held = tuple(one for one in lab.steps if _holds(one, progress))
    steps = (*held, *(one for one in _begun(lab, progress) if one not in held))
    if not steps:
        raise StackwalkError(
            f"Lab {lab.number} has no step that can be graded.",
            f"Open it with `stackwalk lab {lab.number}`.",
        )
    return Grading(str(lab.number), steps, _left_out(steps, steps))


def _all_of(course: Course, asked: str | None, only: bool) -> Grading:
    if asked is not None or only:
        raise StackwalkError(
            "--all grades every step of every lab, so nothing else can be asked with it.",
            "Leave out --all, or leave out the step and --only.",
        )
    steps = tuple(step for step in course.steps if not step.live)
    if not steps:
        raise StackwalkError(
            f"The course in {course.root} has no step that can be graded.",
            "Name another course with --from DIR.",
        )
    return Grading("all", steps, _left_out(steps, steps))


def _graded_from(course: Course, progress: Progress) -> Step:
    """The step the learner is at; where that is live, the next one that can be graded and has not passed."""
    here = where_is(course, progress).step
    if not here.live:
        return here
    ahead = [step for step in course.steps[course.steps.index(here) :] if not step.live]
    for step in ahead:
        if step.core and step.id not in progress.passed:
            return step
    if ahead:
        return ahead[0]
    raise StackwalkError(
        f"Step {here.id} is done live, and no step after it can be graded.",
        f"Go through it with `stackwalk lab {here.id}`.",
    )


def _up_to(course: Course, progress: Progress, step: Step, only: bool) -> Grading:
    if only:
        return Grading(step.id, (step,), frozenset())
    before = tuple(one for one in course.lab(step.lab).steps if one.number < step.number)
    steps = (*(one for one in before if _holds(one, progress)), step)
    replacing = (*(one for one in before if one.core or progress.begun(one.id)), step)
    return Grading(step.id, steps, _left_out(steps, replacing))


def _holds(step: Step, progress: Progress) -> bool:
    """Whether what the step asks holds from there on: it is on the road, or has once passed."""
    return not step.live and (step.core or step.id in progress.passed)


def _begun(lab: Lab, progress: Progress) -> tuple[Step, ...]:
    return tuple(one for one in lab.steps if not one.live and (one.core or progress.begun(one.id)))


def _left_out(graded: Iterable[Step], replacing: Iterable[Step]) -> frozenset[str]:
    """The checks of the graded steps that one of the others replaces."""
    ids = {step.id for step in graded}
    replaced = (check for step in replacing for check in step.replaces)
    return frozenset(check for check in replaced if check.rpartition(".")[0] in ids)


def _open_further(lab: Lab, progress: Progress) -> tuple[Step, ...]:
    return tuple(one for one in lab.steps if not one.core and one.id not in progress.passed)


def _known(course: Course, step: str | None) -> Step | None:
    """The step of that id; None where there is no such step (any longer)."""
    return next((one for one in course.steps if one.id == step), None)


def _listed(steps: tuple[Step, ...]) -> str:
    return ", ".join(step.id for step in steps)
