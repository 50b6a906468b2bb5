"""Opening the bench of a run: the copy is made, and the first program launched ahead."""

from pathlib import Path

from stackwalk.check.bench import Bench
from stackwalk.check.copy import copy_workspace
from stackwalk.check.plan import Plan
from stackwalk.stack.launch import Guardian


def opened_bench(plan: Plan, scratch: Path, guardian: Guardian, *, ahead: bool = False) -> Bench:
    """The bench of a run. ahead: launch the first lab's program now, while pytest gets ready.

    What it launches ends with the guardian. Raises StackwalkError where the workspace cannot be copied.
    """
    labs = {step.check: (plan.lab_of(step), step) for step in plan.steps if step.check is not None}
    copy = copy_workspace(plan.workspace, scratch / "workspace")
    bench = Bench(
        copy, guardian, seed=plan.seed, budget=plan.budget, start_patience=plan.start_patience,
        scratch=scratch, labs=labs,
    )  # fmt: skip
    if ahead:
        bench.prepare(plan.labs[0], plan.steps[0])
    return bench
