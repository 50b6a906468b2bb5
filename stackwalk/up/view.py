"""A stack as lines: its parts with states, processes and places, and what they print. Pure drawing."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from stackwalk.screen.safe import safe

STATES = {
    "ready": ("✔", "green"),
    "starting": ("…", "yellow"),
    "paused": ("‖", "yellow"),
    "ended": ("✘", "red"),
    "new": ("–", "dim"),
}


def draw_status(status: Mapping[str, Any]) -> list[Text]:
    """The picture: the outermost part first, those behind it below."""
    parts: Sequence[Mapping[str, Any]] = status["parts"]
    rows = [Text(safe(f"client → localhost:{status['door']}"))]
    width = max((len(part["name"]) for part in parts), default=0)
    last = len(parts) - 1
    for place, part in enumerate([*parts[-1:], *parts[:-1]]):
        mark, style = STATES.get(part["state"], ("?", "yellow"))
        indent = "  " if place == 0 else "    "
        branch = "" if place == 0 else "└ " if place == last else "├ "
        row = Text(indent + branch, no_wrap=True, overflow="ignore")
        row.append(f"{mark} ", style=style)
        row.append(safe(f"{part['name']:<{width}}"), style="bold")
        row.append(safe(f"  {part['state']:<8}{_processes(part)}"))
        if part["address"] and place:
            row.append(safe(f"  {part['address']}"), style="dim")
        row.append(safe(f"  {part['command']}"), style="dim")
        rows.append(row)
        if part["why"]:
            rows.append(Text(safe(f"{indent}    {part['why']}"), style="red"))
    return rows


def draw_line(part: str, text: str, width: int) -> Text:
    """One printed line, with the part that it is of."""
    row = Text(safe(f"{part:<{width}} │ "), style="dim", no_wrap=True, overflow="ignore")
    return row.append(safe(text), style="not dim")


def draw_sentence(text: str, style: str = "") -> Text:
    """One sentence."""
    return Text(safe(text), style=style)


def draw_left_out(count: int) -> Text:
    """That lines were not shown."""
    return Text(f"[{count:,} more lines; `stackwalk logs` has the last ones]", style="dim")


def _processes(part: Mapping[str, Any]) -> str:
    if part["pid"] is None:
        return ""
    others = len(part["processes"]) - 1
    more = "" if others <= 0 else f" + {others} worker{'' if others == 1 else 's'}"
    return f"  pid {part['pid']}{more}"
