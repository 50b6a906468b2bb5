"""How much of a flood is shown: a budget that fills up with time, and a count of what was left out. Pure."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Flow:
    """A budget of lines. Times are seconds of one monotonic clock."""

    room: float = 60.0  # lines that may be shown now
    at: float = 0.0  # when `room` was true
    left_out: int = 0  # since the last time that it was said
    most: float = 60.0  # lines that may come at once
    rate: float = 10.0  # lines a second, for as long as it lasts

    def take(self, count: int, at: float) -> tuple["Flow", int]:
        """Return how many of `count` lines may be shown; the others are counted as left out.

        >>> flow, shown = Flow(room=2.0).take(5, 0.0)
        >>> shown, flow.left_out
        (2, 3)
        """
        room = min(self.most, self.room + max(0.0, at - self.at) * self.rate)
        shown = min(count, int(room))
        return replace(self, room=room - shown, at=at, left_out=self.left_out + count - shown), shown

    def told(self) -> "Flow":
        """What was left out has been said."""
        return replace(self, left_out=0)
