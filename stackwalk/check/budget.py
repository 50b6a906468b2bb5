"""The time that all waits of a lab's checks have together, so that the worst program has its verdict in time."""

import time

from stackwalk.check.failure import LearnerFailure
from stackwalk.check.verdict import Cause


class Budget:
    """The time that all waits of a run have together."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; 0 when it is spent."""
        return max(0.0, self._end - time.monotonic())

    def wait(self, patience: float) -> float:
        """How many seconds a wait of that patience may take."""
        return min(patience, self.left)

    def spent(self) -> LearnerFailure:
        """What is said where it is spent, or too little is left of it."""
        return LearnerFailure(
            f"Your program takes its time over each answer: the checks together wait {self._seconds:.0f} s for it, "
            "and it has used them up.",
            Cause.TOO_SLOW,
        )
