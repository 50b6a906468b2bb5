"""What `up` says in its terminal. What draws is imported once the stack is ready, or its readers can't wait any longer.

Until then it would take a core from the programs that start, as long as one of them needs for its own imports.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stackwalk.up.journal import Line

if TYPE_CHECKING:
    from stackwalk.screen.console import Screen
    from stackwalk.session.flow import Flow

SHOWN, SHOWN_A_SECOND = 200.0, 20.0  # lines at once, and for as long as they come; the others are counted
BETWEEN_COUNTS = 5.0  # seconds between two times that it is said how many were left out


class Sayings:
    """Sentences and lines of programs, in the order in which they came."""

    def __init__(self, screen: "Callable[[], Screen]") -> None:
        self.is_drawing = False
        self._make_screen = screen
        self._screen: Screen | None = None
        self._waiting: list[tuple[str, str]] = []  # sentences and their styles
        self._flow: Flow | None = None
        self._said_left_out = 0.0

    @property
    def closed(self) -> bool:
        """Whether nobody reads any longer."""
        return self._screen is not None and self._screen.closed

    def say(self, text: str, style: str = "") -> None:
        """A sentence, which is shown by the next `show`."""
        self._waiting.append((text, style))

    def show(self) -> None:
        """Show what was said; all else that is shown comes after it."""
        from stackwalk.up.view import draw_sentence

        waiting, self._waiting = self._waiting, []
        self._show(*(draw_sentence(text, style) for text, style in waiting))

    def show_status(self, status: Mapping[str, Any]) -> None:
        """Show the picture of a stack."""
        from stackwalk.up.view import draw_status

        self.show()
        self._show(*draw_status(status))

    def show_lines(self, lines: Sequence[Line], width: int) -> None:
        """Show lines that programs have printed; of a flood a part, and how many were left out."""
        from stackwalk.session.flow import Flow
        from stackwalk.up.view import draw_left_out, draw_line

        self.show()
        now = time.monotonic()
        flow = self._flow or Flow(room=SHOWN, most=SHOWN, rate=SHOWN_A_SECOND)
        flow, shown = flow.take(len(lines), now)
        rows = [draw_line(line.part, line.text, width) for line in lines[:shown]]
        if flow.left_out and (shown == len(lines) or now - self._said_left_out > BETWEEN_COUNTS):
            left_out, flow = flow.left_out, flow.told()
            self._said_left_out = now
            rows.append(draw_left_out(left_out))
        self._flow = flow
        self._show(*rows)

    def _show(self, *rows: Any) -> None:
        if not rows:
            return
        if self._screen is None:
            self._screen = self._make_screen()
        self.is_drawing = True
        self._screen.show(*rows)
        self.is_drawing = False
