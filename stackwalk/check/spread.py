"""A run whose checks are collected, and now go on side by side: a fork of this process for each part.

Each part has a copy of the workspace, a guardian and a program of its own. What they find is told in the plan's
order. Whoever ends this process ends them all.
"""

import os
import select
import tempfile
from functools import partial
from pathlib import Path

from stackwalk.check.child import Tell, Work, await_gate, fork_part
from stackwalk.check.plan import Plan
from stackwalk.check.run import Run


class Spread:
    """What it takes to spread a run."""

    def __init__(self, plan: Plan, scratch: Path, writing: int, gated: bool) -> None:
        self._plan = plan
        self._scratch = scratch
        self._writing = writing
        self._gated = gated

    def run(self, parts: tuple[Plan, ...], work: Work, tell: Tell) -> None:
        """Run these parts to their end. A gated run is ready before its gate opens."""
        run = Run(
            self._plan, gated=self._gated, parts=parts, fork=partial(fork_part, work), make_folder=self._make_folder
        )
        if self._gated:
            run.open(await_gate(self._writing, self._plan))
        told = False
        while not run.done:
            for finding in run.hear(select.select(run.readable, [], [], run.left)[0]):
                told = True
                tell("finding", finding.to_value())
        if run.blocked is not None and not told:
            tell("blocked", run.blocked)
        else:
            tell("done", None)
        run.retire()
        while not run.bury():
            select.select([], [], [], 0.002)

    def _make_folder(self) -> Path:
        # In the run's own folder, which goes with it whatever becomes of this process.
        return Path(os.path.realpath(tempfile.mkdtemp(dir=self._scratch, prefix="part-")))
