"""The one console: what the terminal can do, and what it must not be asked.

No colour with NO_COLOR; no colour and no cursor movement on a dumb terminal, with --plain, and where the
output is no terminal. A reader that goes away (`| head -1`) ends nothing here: `closed` says so.
"""

import io
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console, Group, RenderableType

WIDTH = 80  # columns, where no terminal says otherwise
NARROWEST = 20  # columns; a narrower terminal wraps by itself


class Screen(Console):
    """A console that survives its reader, and knows whether the cursor may be moved."""

    moves: bool = False  # whether lines may be drawn over
    closed: bool = False  # whether nobody reads any longer

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as Rich does, but cut nothing: paths and code are to be copied whole."""
        options.setdefault("crop", False)
        super().print(*objects, **options)

    def drawn(self, *parts: RenderableType) -> str:
        """Return these as they would be printed. What must not be wrapped is not cut either."""
        with self.capture() as capture:
            # In a group: a text by itself would lose whether it may be wrapped.
            self.print(Group(*parts))
        text = capture.get()
        if self.color_system is not None:
            return text
        return "".join(f"{line.rstrip(' ')}\n" for line in text.split("\n")[:-1])

    def show(self, *parts: RenderableType) -> None:
        """Print these."""
        self.write(self.drawn(*parts))

    def write(self, text: str) -> None:
        """Send text as it is; nothing once nobody reads any longer."""
        if self.closed or not text:
            return
        try:
            self.file.write(text)
            self.file.flush()
        except OSError:
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        """Keep silent from now on; what the interpreter flushes at its end goes nowhere."""
        self.closed = True
        self.quiet = True
        try:
            number = self.file.fileno()
        except (OSError, ValueError):
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def make_console(stream: TextIO | None = None, plain: bool = False, environ: Mapping[str, str] | None = None) -> Screen:
    """Return a console for a stream, stdout if none is given; nothing in it is taken for markup."""
    stream = sys.stdout if stream is None else stream
    nobody = stream is None  # the process was started with its stdout closed
    if nobody:
        stream = io.StringIO()
    environ = os.environ if environ is None else environ
    terminal = stream.isatty()
    able = terminal and not plain and environ.get("TERM", "") not in ("", "dumb", "unknown")
    coloured = able and not environ.get("NO_COLOR")
    # Rich asks the environment too; a width that stood there once would hide that the terminal was resized.
    asked = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES")}
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # A terminal that knows no ✔ shows a question mark; nothing ends because of it.
        reconfigure(errors="replace")
    screen = Screen(
        file=stream,
        force_terminal=able,
        force_interactive=False,
        color_system="auto" if coloured else None,
        width=_width(terminal, environ),
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ=asked,
    )
    screen.moves = able
    screen.closed = nobody
    return screen


def _width(terminal: bool, environ: Mapping[str, str]) -> int | None:
    """None: ask the terminal each time, for it may be resized."""
    if terminal:
        return None
    columns = environ.get("COLUMNS", "")
    return max(NARROWEST, int(columns)) if columns.isdecimal() and len(columns) < 5 else WIDTH
