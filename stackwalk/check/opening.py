"""Opening the bench of a run: the copy is made, and the first program launched ahead."""

import tempfile
from pathlib import Path

from stackwalk.check.ahead import Ahead, launched_ahead
from stackwalk.check.bench import Bench
from stackwalk.check.copy import copy_workspace
from stackwalk.check.plan import Plan
from stackwalk.check.server import LIMITS
from stackwalk.stack.launch import Guardian

WORKSPACE = "workspace"  # the copy, in the folder of a run


def readied(plan: Plan, scratch: Path, guardian: Guardian) -> Ahead | None:
    """The program that a run will launch first, at its gate. What the learner saves until then it does not see."""
    lab, step = plan.labs[0], plan.steps[0]
    run_dir = Path(tempfile.mkdtemp(dir=scratch, prefix="run-"))
    return launched_ahead(guardian, lab.programs_at(step)[0], plan.workspace, scratch / WORKSPACE, run_dir, LIMITS)


def opened_bench(
    plan: Plan, scratch: Path, guardian: Guardian, *, ahead: bool = False, ready: Ahead | None = None
) -> Bench:
    """The bench of a run. ahead: launch the first lab's program now, while pytest gets ready; `ready` waits for that.

    What it launches ends with the guardian. Raises StackwalkError where the workspace cannot be copied.
    """
    labs = {step.check: (plan.lab_of(step), step) for step in plan.steps if step.check is not None}
    copy = copy_workspace(plan.workspace, scratch / WORKSPACE)
    bench = Bench(
        copy, guardian, seed=plan.seed, budget=plan.budget, start_patience=plan.start_patience,
        scratch=scratch, labs=labs, ready=ready,
    )  # fmt: skip
    if ahead:
        bench.prepare(plan.labs[0], plan.steps[0])
    return bench
