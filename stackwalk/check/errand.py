"""A command of the learner's workspace that runs to its end: a test run, a script; supervised as any program."""

from collections.abc import Callable
from dataclasses import dataclass

from stackwalk.check.budget import Budget
from stackwalk.check.copy import Copy
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.source import where_it_stands
from stackwalk.check.verdict import Cause
from stackwalk.stack.launch import Program


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended."""

    code: int | None  # its exit status; None: a signal ended it
    output: str  # what it printed, as far as it is kept, with the learner's own folder in it


class Errand:
    """One that is under way; several may be at the same time."""

    def __init__(
        self, line: str, program: Program, budget: Budget, copy: Copy, at_most: float | None = None,
        endless: Callable[[str], object] = lambda line: None,
    ) -> None:  # fmt: skip
        """at_most: seconds that it is waited for, whatever a check says; endless: is told the line of one in vain."""
        self._line = line
        self._program = program
        self._budget = budget
        self._copy = copy
        self._at_most = at_most
        self._endless = endless

    def output(self) -> str:
        """What it has printed so far."""
        return self._copy.as_learner(self._program.printed().text())

    def wait(self, patience: float) -> Ended:
        """Wait for its end. Raises LearnerFailure where it does not come within so many seconds, or at a limit."""
        waited = self._budget.wait(patience if self._at_most is None else min(patience, self._at_most))
        ending = self._program.wait(waited)
        if ending is None:
            self._endless(self._line)
            failure = LearnerFailure(f"{self._line} has not come to its end within {waited:.0f} s.", Cause.TOO_SLOW)
            failure.stands = where_it_stands(self._program, self._copy)
            self._program.end(0.0)
            raise failure
        # Its first process is over; what it started ends with it.
        ending = self._program.end(0.0)
        if ending.cause is not None:
            raise LearnerFailure(f"{self._line} was stopped: {ending.cause.replace('-', ' ')}.", ending.cause)
        return Ended(ending.code, self.output())

    def end(self) -> None:
        """End it at once."""
        self._program.end(0.0)
