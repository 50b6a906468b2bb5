"""Draw step 1.0: what a client sent, what the learner sent, and the sentences between."""

from rich.console import Group, RenderableType
from rich.text import Text

from stackwalk.screen.hanging import Hanging
from stackwalk.screen.safe import safe
from stackwalk.session.human import Human, Send, Show, Tell

MOST_LINES = 40  # of one request on the screen; the rest is counted
LONGEST_LINE = 1000  # characters of one line

_STYLES = {
    "asks": "bold cyan",
    "waits": "cyan",
    "type": "bold",
    "held": "yellow",
    "note": "",
    "gone": "yellow",
    "done": "bold green",
}
_MARKS = {"asks": "● ", "waits": "○ ", "type": "▸ ", "held": "✘ ", "note": "  ", "gone": "○ ", "done": "✔ "}


def draw_tell(tell: Tell) -> RenderableType:
    """A sentence, with a mark for its kind in front; lines that follow are set in by as much."""
    style = _STYLES[tell.kind]
    return Hanging(Text(_MARKS[tell.kind], style=style), Text(safe(tell.text), style=style))


def draw_show(show: Show) -> RenderableType:
    r"""A client's bytes line by line, each behind "> ", with its \r\n visible."""
    return _lines(show.data, "> ", "cyan")


def draw_send(send: Send) -> RenderableType:
    """What went out to the client, behind "< "."""
    return _lines(send.data, "< ", "green")


def prompt(human: Human) -> str:
    """What stands in front of the line being typed: what the client waits for, in a few characters."""
    if human.current is None:
        return "(nobody yet) "
    return {"first line": "first line: ", "headers": "empty line: ", "body": "page: "}[human.phase]


def _lines(data: bytes, mark: str, style: str) -> Group:
    lines = data.splitlines(keepends=True)
    drawn: list[RenderableType] = [_line(line, mark, style) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        drawn.append(Text(f"  … ({len(lines) - MOST_LINES:,} more lines)", style="dim"))
    return Group(*drawn)


def _line(line: bytes, mark: str, style: str) -> Hanging:
    text = line.rstrip(b"\r\n")
    drawn = Text(safe(text, LONGEST_LINE), style=style).append(safe(line[len(text) :]), style="dim")
    return Hanging(Text(mark, style="dim"), drawn, whole=True)
