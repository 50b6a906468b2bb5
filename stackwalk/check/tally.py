"""What a run, or one part of it, has said so far, line by line; whatever it does, it becomes one verdict."""

import time
from dataclasses import replace
from typing import Any

from stackwalk.check.plan import Plan
from stackwalk.check.verdict import Finding, Outcome, Verdict, steps_that_ran


class Tally:
    """What a run has said so far; it becomes one verdict, whatever the run did."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.findings: list[Finding] = []
        self.done = False
        self.blocked: str | None = None  # why nothing could run
        self._began: tuple[str, str, str] | None = None
        self._at = self._check_began_at = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds until the run counts as hanging."""
        return max(0.0, self._at + self.plan.deadline - time.monotonic())

    def note(self, word: str, value: Any) -> Finding | None:
        """Take one word of a run and what belongs to it; the finding, where it is one."""
        if word == "began":
            step, name, title = value
            self._began = (step, name, title)
            self._check_began_at = time.monotonic()
        elif word == "blocked":
            self.blocked, self.done = value, True
        elif word == "done":
            self.done = True
        elif word == "finding":
            finding = Finding.from_value(value)
            if self._began is not None:
                finding = replace(finding, seconds=time.monotonic() - self._check_began_at)
            self._began = None
            self.findings.append(finding)
            return finding
        return None

    def break_off(self, why: str) -> Finding | None:
        """The run ended before it was done; the finding that says so, None where it was done."""
        if self.done:
            return None
        first = self.plan.steps[0]
        step, name, title = self._began or (first.id, "check", first.title)
        message = f"This check is broken; that is a slip of the lab's, not of yours: {why}."
        finding = Finding(step, name, title, Outcome.BROKEN, message=message)
        self.findings.append(finding)
        return finding

    def verdict(self) -> Verdict:
        """The verdict on what was found."""
        seconds = time.monotonic() - self._at
        found = tuple(self.findings)
        return Verdict(self.plan.asked, steps_that_ran(found), self.plan.seed, seconds, found, self.blocked)
