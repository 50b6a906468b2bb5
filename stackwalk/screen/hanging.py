"""Text behind a mark: where it is wrapped, the lines that follow stand under its beginning."""

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

NARROWEST = 8  # columns that the text has, however narrow the terminal


@dataclass(frozen=True, slots=True)
class Hanging:
    """A mark, and a text that is safe to show, wrapped to the width that there is."""

    mark: Text
    text: Text
    whole: bool = False  # bytes: broken at the edge, not at a space

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        indent = cell_len(self.mark.plain)
        room = max(NARROWEST, options.max_width - indent)
        text = self.text.copy()
        # A space at the edge of bytes is one of them: nothing is left out there.
        lines = _pieces(text, room) if self.whole else list(text.wrap(console, room))
        for number, line in enumerate(lines):
            if not self.whole:
                line.rstrip()
            begin = self.mark if number == 0 else Text(" " * indent)
            yield Text.assemble(begin, line, no_wrap=True, overflow="ignore")


def _pieces(text: Text, room: int) -> list[Text]:
    """A text cut into what fits; a character may be two columns wide."""
    pieces: list[Text] = []
    at = 0
    for piece in chop_cells(text.plain, room):
        pieces.append(text[at : at + len(piece)])
        at += len(piece)
    return pieces or [text]
