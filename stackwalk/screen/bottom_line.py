"""The row at the bottom in which a line is typed, kept below all that is printed.

Where `moves` is true the terminal is in cbreak mode, without echo: the row is drawn here, and taken away
while something is printed `above`. On a dumb terminal, or none, the system's own line input is left to work
and nothing is drawn over: a prompt is said once, in a line of its own.
"""

import contextlib
from collections.abc import Callable, Iterator

from stackwalk.screen.line_editor import Editor, Ended, Entered, drawn, edit, following
from stackwalk.screen.line_keys import LONGEST, Keys, read_keys

_TAKE_AWAY = "\r\x1b[K"


class BottomLine:
    """One line being typed. `write` takes text for the terminal, `width` asks for its columns."""

    def __init__(self, write: Callable[[str], None], width: Callable[[], int], moves: bool) -> None:
        self._write = write
        self._width = width
        self._moves = moves
        self._keys = Keys()
        self._editor = Editor()
        self._plain = b""  # a line of a dumb terminal that has no end yet
        self._prompt = ""
        self._shown = False

    def show(self, prompt: str) -> None:
        """Draw the row, with this prompt from now on."""
        if self._shown and prompt == self._prompt:
            return
        self._prompt = prompt
        self._shown = True
        self._draw()

    def hide(self) -> None:
        """Take the row away; what was typed is kept."""
        if self._shown and self._moves:
            self._write(_TAKE_AWAY)
        self._shown = False

    @contextlib.contextmanager
    def above(self) -> Iterator[None]:
        """Print inside this block, whole lines only: the row is out of the way, and comes back below."""
        if not (self._shown and self._moves):
            yield
            return
        self._write(_TAKE_AWAY)
        try:
            yield
        finally:
            self._draw()

    def redraw(self) -> None:
        """Draw the row afresh, after the terminal was resized or came back."""
        if self._shown and self._moves:
            self._draw()

    def feed(self, data: bytes) -> tuple[Entered | Ended, ...]:
        """What was entered with these bytes of the keyboard.

        No bytes are the input's end: Ctrl+D of a dumb terminal. In cbreak mode that key is a byte, so there
        they mean that the terminal has gone, and the caller should leave.
        """
        if not data:
            return (Ended(),)
        return self._edit(data) if self._moves else self._split(data)

    def _edit(self, data: bytes) -> tuple[Entered | Ended, ...]:
        self._keys, keys = read_keys(self._keys, data)
        done: list[Entered | Ended] = []
        for key in keys:
            match edit(self._editor, key):
                case Entered() as entered:
                    self._leave(entered)
                    done.append(entered)
                case Ended() as ended:
                    done.append(ended)
                case Editor() as editor:
                    self._editor = editor
        self.redraw()
        return tuple(done)

    def _leave(self, entered: Entered) -> None:
        """What was entered stays above, as a shell leaves it."""
        for line in entered.text.split("\n"):
            if self._shown:
                row = drawn(Editor(text=line), self._prompt, self._width())
                self._write(f"{_TAKE_AWAY}{row.text}\n")
        self._editor = following(self._editor, entered)

    def _split(self, data: bytes) -> tuple[Entered | Ended, ...]:
        *lines, rest = (self._plain + data).split(b"\n")
        self._plain = rest[:LONGEST]
        return tuple(Entered(line[:LONGEST].decode("utf-8", "replace").removesuffix("\r")) for line in lines)

    def _draw(self) -> None:
        if self._moves:
            self._write(drawn(self._editor, self._prompt, self._width()).redraw)
        else:
            self._write(f"{self._prompt}\n")
