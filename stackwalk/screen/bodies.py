"""Draw bodies for people: unpacked, JSON indented, pictures as type and size."""

from rich.text import Text

from stackwalk.screen.safe import safe
from stackwalk.wire.content import content_of
from stackwalk.wire.message import Request, Response

LONGEST_LINE = 1000  # characters
MARKS = {"client": ("  > ", "cyan"), "server": ("  < ", "magenta")}


def draw_content(said: Request | Response, most_lines: int) -> list[Text]:
    """Return a body, at most `most_lines` of it; what is left out is said."""
    content = content_of(said)
    mark, style = MARKS["client" if isinstance(said, Request) else "server"]
    lines = [Text(f"{mark}{safe(line, LONGEST_LINE)}", style=style) for line in content.lines[:most_lines]]
    left = len(content.lines) - len(lines)
    if content.summary:
        lines.append(Text(f"{mark}({safe(content.summary, LONGEST_LINE)})", style="dim"))
    if left:
        lines.append(Text(f"{mark}… ({left:,} more {'line' if left == 1 else 'lines'})", style="dim"))
    if not content.is_whole and len(said.body) == said.body_size:
        lines.append(Text(f"{mark}… (the beginning of what was unpacked)", style="dim"))
    elif not content.is_whole:
        lines.append(Text(f"{mark}… (not all of it was kept: {said.body_size:,} bytes passed)", style="dim"))
    return lines
