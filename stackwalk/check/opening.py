"""Opening the bench of a run: the copy is made, and the first program launched ahead."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Union

from stackwalk.check.ahead import Ahead, launched_ahead
from stackwalk.check.bench import Bench, specs_at
from stackwalk.check.copy import copy_workspace
from stackwalk.check.plan import Plan
from stackwalk.check.server import LIMITS
from stackwalk.stack.launch import Guardian

if TYPE_CHECKING:
    from stackwalk.check.stack_ahead import StackAhead

WORKSPACE = "workspace"  # the copy, in the folder of a run


Ready = Union[Ahead, "StackAhead", None]


def readied(plan: Plan, scratch: Path, guardian: Guardian) -> Ready:
    """The program that a run will launch first, at its gate, or the services of a stack.

    What the learner saves until then a program at its gate does not see; services that it changes are not used.
    """
    lab, step = plan.labs[0], plan.steps[0]
    if lab.programs_at(step)[0].server:
        from stackwalk.check.stack_ahead import started_ahead

        return started_ahead(specs_at(lab, step, plan.steps), guardian, plan.workspace, scratch)
    run_dir = Path(tempfile.mkdtemp(dir=scratch, prefix="run-"))
    return launched_ahead(guardian, lab.programs_at(step)[0], plan.workspace, scratch / WORKSPACE, run_dir, LIMITS)


def opened_bench(plan: Plan, scratch: Path, guardian: Guardian, *, ahead: bool = False, ready: Ready = None) -> Bench:
    """The bench of a run. ahead: launch the first lab's program now, while pytest gets ready; `ready` waits for that.

    What it launches ends with the guardian. Raises StackwalkError where the workspace cannot be copied.
    """
    labs = {step.check: (plan.lab_of(step), step) for step in plan.steps if step.check is not None}
    copy = copy_workspace(plan.workspace, scratch / WORKSPACE)
    if ready is not None and not isinstance(ready, Ahead):
        taken = ready.take_over(copy)
        copy, ready = (copy, None) if taken is None else (taken, ready)
    bench = Bench(
        copy, guardian, seed=plan.seed, budget=plan.budget, start_patience=plan.start_patience,
        scratch=scratch, labs=labs, ready=ready,
    )  # fmt: skip
    if ahead:
        bench.prepare(plan.labs[0], plan.steps[0])
    return bench
