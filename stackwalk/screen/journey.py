"""Draw what became of a client's exchange behind a web server: who was asked, and what was done to the headers."""

from rich.text import Text

from stackwalk.screen.safe import safe
from stackwalk.whole.changes import Changes, Header, changes
from stackwalk.whole.journey import Journey, Leg

LONGEST = 200  # characters of a header
MOST = 12  # headers that are told of one message


def served_by(journey: Journey, pids: tuple[int | None, ...]) -> str:
    """Whose answer it is: "application1 pid 4711", or the web server's own."""
    if not journey.known:
        return ""
    if not journey.legs or _is_in_vain(journey.legs[-1]):
        return "by itself"
    name = journey.legs[-1].part or journey.legs[-1].address
    pid = pids[-1] if pids else None
    return name if pid is None else f"{name} pid {pid}"


def draw_tries(journey: Journey) -> list[Text]:
    """Return a line for each program that was asked in vain: all before the last one, and it too, it may be."""
    vain = [*journey.legs[:-1], *(leg for leg in journey.legs[-1:] if _is_in_vain(leg))]
    return [Text(f"  ! {safe(leg.part or leg.address)} was asked: {_in_vain(leg)}", style="yellow") for leg in vain]


def _is_in_vain(leg: Leg) -> bool:
    """Whether no answer of this one can have been passed on."""
    return not leg.reached or (leg.exchange is not None and leg.exchange.response is None)


def _in_vain(leg: Leg) -> str:
    if not leg.reached:
        return "it took no connection"
    response = None if leg.exchange is None else leg.exchange.response
    if response is not None and response.status is not None:
        return f"its answer was {response.status}"
    return f"no answer came, which counts as {leg.status}" if leg.status is not None else "no answer came"


def draw_changes(journey: Journey) -> list[Text]:
    """Return what was added, changed and taken out on the way in, and on the way back."""
    inner = journey.legs[-1].exchange if journey.legs else None
    lines: list[Text] = []
    if inner is None:
        return lines
    outer = journey.outer
    if outer.request is not None and inner.request is not None:
        lines += _drawn("on the way in", changes(outer.request.head, inner.request.head))
    if outer.response is not None and inner.response is not None:
        lines += _drawn("on the way back", changes(inner.response.head, outer.response.head))
    return lines


def _drawn(way: str, made: Changes) -> list[Text]:
    rows: list[tuple[str, str, str]] = []
    if made.first_line is not None:
        rows.append(("~", "cyan", f"{safe(made.first_line[0], LONGEST)} → {safe(made.first_line[1], LONGEST)}"))
    rows += [("+", "green", _header(each)) for each in made.added]
    rows += [("~", "cyan", _altered(*each)) for each in made.altered]
    rows += [("-", "red", _header(each)) for each in made.removed]
    lines = [Text(f"  {mark} {text}", style=style) for mark, style, text in rows[:MOST]]
    if len(rows) > MOST:
        lines.append(Text(f"    … {len(rows) - MOST} more", style="dim"))
    return [Text(f"  {way}:", style="dim"), *lines] if lines else []


def _header(header: Header) -> str:
    return f"{safe(header[0], LONGEST)}: {safe(header[1], LONGEST)}"


def _altered(name: bytes, before: tuple[bytes, ...], after: tuple[bytes, ...]) -> str:
    was, becomes = (", ".join(safe(value, LONGEST) for value in values) for values in (before, after))
    return f"{safe(name, LONGEST)}: {was} → {becomes}"
