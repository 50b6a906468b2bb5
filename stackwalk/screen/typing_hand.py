"""Draw what somebody types: lines that appear letter by letter where a person watches, at once in a log."""

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

Pause = Callable[[float], None]  # seconds


def type_line(console: Console, before: str, text: Text, *, pause: Pause, each: float) -> None:
    """Print `before`, then a text that is safe, with that many seconds after each letter (0: all at once).

    Spaces at the beginning come at once, as an editor sets them in. It ends with a line end.
    """
    console.print(Text(before, style="dim"), end="", soft_wrap=True)
    indent = len(text.plain) - len(text.plain.lstrip(" "))
    at_once, letters = (text, []) if each <= 0 else (text[:indent], list(text[indent:].plain))
    console.print(at_once, end="", soft_wrap=True)
    for letter in letters:
        console.print(Text(letter, style=text.style), end="", soft_wrap=True)
        console.file.flush()
        pause(each)
    console.print()
