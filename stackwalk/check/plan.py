"""What is to be graded: the steps in their order, what later ones replace, the workspace and the seed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from stackwalk.check.verdict import Cause, Outcome, Verdict
from stackwalk.course.lesson import Course, Lab, Step
from stackwalk.course.place import Grading
from stackwalk.errors import StackwalkError

BUDGET = 13.0  # seconds that all waits of a lab's checks have together
DEADLINE = 18.0  # seconds after which a lab's checks count as hanging: on a busy machine it takes a while to begin
STACK_SLACK = 4  # times the slack, where several programs are started and ended again and again
START_PATIENCE = 10.0  # seconds that a program may take until it listens
SIDE_BY_SIDE = 7  # parts at once: most of them wait for silence, few compute
ALONE = 2  # steps of a lab that are parts by themselves, beside the rest
SLICE = 2  # checks of such a step in one part
LEAST = 1.0  # seconds that must be left to look whether a program has gone on
SLICES = (SIDE_BY_SIDE - 1) // ALONE  # at most so many parts of one step, so that a lab's parts all have a place


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of checks."""

    asked: str  # the step graded, "1", "all", or what was typed
    steps: tuple[Step, ...]  # graded ones, in the order in which they run
    labs: tuple[Lab, ...]  # of these steps
    leave_out: frozenset[str]  # checks that a later step replaces: "1.2.body_is_hi_there"
    workspace: Path
    seed: str
    budget: float = BUDGET  # seconds
    start_patience: float = START_PATIENCE  # seconds
    each: bool = False  # every step is judged by itself: none is skipped because an earlier one fell short
    skipped_for: Step | None = None  # this step fell short before: every check is named, and none is run
    share: tuple[int, int] = (0, 1)  # of each step's checks: which share, from 0, of how many
    slack: float = DEADLINE - BUDGET  # seconds past all waits after which a run hangs
    later: tuple[Step, ...] = ()  # not graded; they replace checks that are: a program may have gone on to them

    @classmethod
    def of(cls, course: Course, asked: str, steps: tuple[Step, ...], workspace: Path, seed: str) -> "Plan":
        """The plan for these steps; what one of them replaces in another is left out.

        Raises StackwalkError where no step of them can be graded.
        """
        graded = tuple(step for step in steps if step.check is not None)
        if not graded:
            raise StackwalkError(
                f"Step {asked} has no checks: it is done in its open lab.",
                f"Open it with: stackwalk lab {asked}",
            )
        numbers = {step.lab for step in graded}
        labs = tuple(lab for lab in course.labs if lab.number in numbers)
        replaced = frozenset(name for step in graded for name in step.replaces)
        budget = max(lab.budget or BUDGET for lab in labs)
        return cls(asked, graded, labs, replaced, workspace, seed, budget)

    @classmethod
    def to_grade(cls, course: Course, grading: Grading, workspace: Path, seed: str, *, here: bool = False) -> "Plan":
        """The plan for what a learner asked, whose program may have gone further than that.

        `here` says that the learner is at the step asked, and saves again and again: that step's own checks then
        stand as they are. Raises StackwalkError where nothing of it can be graded.
        """
        plan = cls.of(course, grading.asked, grading.steps, workspace, seed)
        ids = {step.id for step in plan.steps if not (here and step is plan.steps[-1])}
        later: list[Step] = []
        for step in course.steps:
            if step.check is not None and step not in plan.steps and step.replaces_any(ids):
                later.append(step)
                ids.add(step.id)
        return replace(plan, leave_out=plan.leave_out | grading.left_out, later=tuple(later))

    def wider(self, verdict: Verdict) -> "Plan | None":
        """The plan that says whether a program which falls short has only gone on; None where it has not.

        It holds the later steps that replace what failed, and what is left of the time to wait for the program.
        """
        problems = [one for one in verdict.findings if one.outcome not in (Outcome.PASSED, Outcome.SKIPPED)]
        # A program that has gone on runs, and answers otherwise.
        failed = {f"{one.step}.{one.name}" for one in problems if one.cause is Cause.WRONG_ANSWER}
        more = tuple(step for step in self.later if step.replaces & failed)
        left = self.budget - verdict.seconds
        if not more or left < LEAST or any(one.outcome is not Outcome.FAILED for one in problems):
            return None
        replaced = frozenset[str]().union(*(step.replaces for step in more))
        steps = tuple(sorted((*self.steps, *more), key=lambda step: (step.lab, step.number)))
        later = tuple(step for step in self.later if step not in more)
        leave_out = self.leave_out | replaced
        # Each by itself: what else falls short must not hide whether they hold.
        slack = self.slack + self.budget - left
        return replace(self, steps=steps, later=later, leave_out=leave_out, budget=left, slack=slack, each=True)

    def instead(self, verdict: Verdict, asked: "Plan", first: Verdict) -> Verdict:
        """What counts of the first verdict, on what was asked, and that of this plan, which is wider or the same.

        Where the steps that it adds hold, a program has gone on, and what they replace is no longer asked of it.
        """
        added = {step.id for step in self.steps} - {step.id for step in asked.steps}
        short = {one.step for one in verdict.findings if one.outcome is not Outcome.PASSED}
        held = added <= set(verdict.steps) and not added & short
        if not held or (verdict.outcome is not Outcome.PASSED and verdict.outcome is not Outcome.FAILED):
            return first
        return replace(verdict, seconds=asked.budget - self.budget + verdict.seconds)

    def lab_of(self, step: Step) -> Lab:
        """The lab that a step belongs to."""
        return next(lab for lab in self.labs if lab.number == step.lab)

    @property
    def spreads(self) -> bool:
        """Whether some of it can run beside the rest: steps whose checks wait."""
        return any(self._alone(steps) for steps in self._by_lab())

    def parts(self, checks: Mapping[str, int]) -> tuple["Plan", ...]:
        """What can run side by side, in order: of each lab the last steps that wait, some of their checks each.

        `checks` says how many each step has. A part has a program of its own, which costs some time to start, so
        that the quick steps before stay together.
        """
        found: list[Plan] = []
        for steps in self._by_lab():
            alone = self._alone(steps)
            first = len(steps) - len(alone)
            found.append(self._part(steps[:first]))
            for step in alone:
                of = min(SLICES, -(-checks[step.id] // SLICE)) or 1
                found += [replace(self._part((step,)), share=(which, of)) for which in range(of)]
        return tuple(found) if len(found) > 1 else (self,)

    def skipping(self, steps: tuple[Step, ...], failed: Step) -> "Plan":
        """The part that only names the checks of these steps."""
        return replace(self._part(steps), skipped_for=failed)

    def _part(self, steps: tuple[Step, ...]) -> "Plan":
        numbers = {step.lab for step in steps}
        labs = tuple(lab for lab in self.labs if lab.number in numbers)
        # What hangs in it is found before the whole counts as hanging.
        return replace(self, steps=steps, labs=labs, slack=self.slack / 2)

    def _by_lab(self) -> list[tuple[Step, ...]]:
        return [tuple(steps) for _, steps in groupby(self.steps, lambda step: step.lab)]

    def _alone(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps at the end that wait, but for the very first step."""
        count = 0
        while count < min(ALONE, len(steps) - 1) and steps[-1 - count].waits:
            count += 1
        return steps[len(steps) - count :]

    @property
    def deadline(self) -> float:
        """Seconds after which a run that has not ended hangs."""
        more = STACK_SLACK if any(lab.services for lab in self.labs) else 1
        return (self.budget + self.slack * more) * len(self.labs)


def new_seed() -> str:
    """A seed that nobody has used: eight hexadecimal digits."""
    return os.urandom(4).hex()
