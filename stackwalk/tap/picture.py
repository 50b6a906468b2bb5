"""What has passed, in the one order in which it did, to be read a moment later: traffic first.

Reading at once would hold up the bytes that come next. What waits here is bounded: it is read before there is much.
"""

import time
from collections.abc import Callable
from typing import Any

from stackwalk.tap.loop import Loop
from stackwalk.wire.lines import on_hop, to_line
from stackwalk.wire.scribe import Scribe
from stackwalk.wire.sight import Unreadable

MANY = 64  # pieces that may wait
LARGE = 16 * 1024  # bytes of a piece before which all others are read
SOON = 0.01  # seconds that a piece waits, at most

Report = Callable[[bytes], None]  # called with lines of sights


class Picture:
    """One for all connections of a tap, on whichever hop they are."""

    __slots__ = ("_is_due", "_later", "_loop", "_report")

    def __init__(self, loop: Loop, report: Report) -> None:
        self._loop = loop
        self._report = report
        self._later: list[tuple[Scribe, Callable[..., bytes], tuple[Any, ...]]] = []
        self._is_due = False

    def add(self, scribe: Scribe, call: Callable[..., bytes], *arguments: object) -> None:
        """Call it later, after all that was added before, and report the lines that it returns."""
        self._later.append((scribe, call, arguments))
        if len(self._later) >= MANY:
            self.draw()
        elif not self._is_due:
            self._is_due = True
            self._loop.at(time.monotonic() + SOON, self._draw_the_due)

    def draw(self) -> None:
        """Call what waits."""
        later, self._later = self._later, []
        lines = []
        for scribe, call, arguments in later:
            try:
                line = call(*arguments)
            except Exception as slip:  # noqa: BLE001 - a slip of ours may spoil the picture, never the traffic
                line = _slip_line(scribe, slip)
            lines.append(on_hop(scribe.hop, line) if scribe.hop else line)
        if drawn := b"".join(lines):
            self._report(drawn)

    def _draw_the_due(self) -> None:
        self._is_due = False
        self.draw()


def _slip_line(scribe: Scribe, slip: Exception) -> bytes:
    scribe.silence()
    why = f"stackwalk's own reader slipped, the bytes were passed on: {slip!r:.200}"
    return to_line(Unreadable(scribe.connection, time.monotonic(), "client", why, b""))
