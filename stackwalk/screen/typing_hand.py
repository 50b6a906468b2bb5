"""Draw what somebody types: lines that appear letter by letter where a person watches, at once in a log."""

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from stackwalk.screen.safe import safe

Pause = Callable[[float], None]  # seconds


def type_line(console: Console, before: str, text: str, style: str, pause: Pause, each: float) -> None:
    """Print `before`, then `text` with that many seconds after each letter (0: all at once), then a line end."""
    shown = safe(text.expandtabs(4))
    if each <= 0:
        console.print(Text(before, style="dim").append(shown, style=style), soft_wrap=True)
        return
    console.print(Text(before, style="dim"), end="", soft_wrap=True)
    indent = len(shown) - len(shown.lstrip(" "))
    console.print(Text(shown[:indent]), end="", soft_wrap=True)
    for letter in shown[indent:]:
        console.print(Text(letter, style=style), end="", soft_wrap=True)
        console.file.flush()
        pause(each)
    console.print()
