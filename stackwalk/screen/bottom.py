"""A terminal whose last line stays: what is printed scrolls by above it.

Where the cursor may not be moved, there is no such line: what it says is printed when it changes in earnest.
"""

from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType

from stackwalk.screen.console import Screen

_CLEAR_LINE = "\r\x1b[K"
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Bottom:
    """Prints above a last line, and draws that line anew when it changes."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.writing = False  # whether it may be held up by a terminal that takes nothing
        self._line = ""
        self._column: int | None = None
        self._drawn = ""

    @property
    def width(self) -> int:
        """Columns of the terminal, as it is now."""
        return self.screen.width

    def show(self, *parts: RenderableType) -> None:
        """Print these above the last line."""
        self._write(self._erased() + self.screen.drawn(*parts) + self._redrawn())

    def line(self, text: str, column: int | None = None, *, always: bool = False) -> None:
        """Make this text, safe to show, the last line; the cursor stands at a column, or at its end."""
        if not self.screen.moves:
            return
        if (text, column) == (self._line, self._column) and not always:
            return
        erase = self._erased()
        self._line, self._column = text, column
        self._write(erase + self._redrawn())

    def write_raw(self, text: str) -> None:
        """Send text as it is: control sequences of ours, or a row that somebody else has drawn safely."""
        self._write(text)

    def end(self) -> None:
        """Take the last line away; what is printed from now on is ordinary output."""
        erase = self._erased()
        self._line, self._column = "", None
        if erase:
            self._write(erase)

    def _erased(self) -> str:
        if not self._drawn:
            return ""
        # A terminal that became narrower has wrapped the line: go up over all its rows.
        rows = max(0, cell_len(self._drawn) - 1) // max(1, self.width)
        self._drawn = ""
        return f"\r\x1b[{rows}A\x1b[J" if rows else _CLEAR_LINE

    def _redrawn(self) -> str:
        if not self._line or not self.screen.moves:
            return ""
        # The last column stays free: a terminal would wrap there.
        room = max(1, self.width - 1)
        text = self._line if cell_len(self._line) <= room else set_cell_size(self._line, room - 1).rstrip() + "…"
        self._drawn = text
        coloured = self.screen.color_system is not None and self._column is None
        drawn = f"{_DIM}{text}{_PLAIN}" if coloured else text
        if self._column is None:
            return drawn
        return f"{drawn}\r\x1b[{self._column}C" if self._column else f"{drawn}\r"

    def _write(self, text: str) -> None:
        self.writing = True
        try:
            self.screen.write(text)
        finally:
            self.writing = False
