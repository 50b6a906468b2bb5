"""What is to be graded: the steps in their order, what later ones replace, the workspace and the seed."""

import os
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from stackwalk.course.lesson import Course, Lab, Step
from stackwalk.errors import StackwalkError

BUDGET = 13.0  # seconds that all waits of a lab's checks have together
DEADLINE = 14.5  # seconds after which a lab's checks count as hanging
START_PATIENCE = 10.0  # seconds that a program may take until it listens
SIDE_BY_SIDE = 4  # parts of a run at once: most of them wait for silence, few compute
ALONE = 2  # further steps of a lab that are a part by themselves, beside the rest


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
        return cls(asked, graded, labs, replaced, workspace, seed)

    def lab_of(self, step: Step) -> Lab:
        """The lab that a step belongs to."""
        return next(lab for lab in self.labs if lab.number == step.lab)

    @property
    def parts(self) -> tuple["Plan", ...]:
        """What can run side by side: of each lab the last further steps, in which there is most to wait for.

        A part costs a tenth of a second of computing, so that the quick steps before stay together.
        """
        groups: list[tuple[Step, ...]] = []
        for _, of_lab in groupby(self.steps, lambda step: step.lab):
            steps = tuple(of_lab)
            alone = [step for step in steps[1:] if not step.core][-ALONE:]
            first = next((place for place, step in enumerate(steps) if step in alone), len(steps))
            groups += [steps[:first], *((step,) for step in steps[first:])]
        return tuple(self.of_steps(steps) for steps in groups) if len(groups) > 1 else (self,)

    def of_steps(self, steps: tuple[Step, ...], skipped_for: Step | None = None) -> "Plan":
        """The same run for these steps of it alone."""
        numbers = {step.lab for step in steps}
        labs = tuple(lab for lab in self.labs if lab.number in numbers)
        return replace(self, steps=steps, labs=labs, skipped_for=skipped_for)

    @property
    def deadline(self) -> float:
        """Seconds after which a run that has not ended hangs."""
        turns = -(-len(self.parts) // SIDE_BY_SIDE)
        return self.budget * turns + (DEADLINE - BUDGET) * (turns + 1 if turns > 1 else 1)


def new_seed() -> str:
    """A seed that nobody has used: eight hexadecimal digits."""
    return os.urandom(4).hex()
