"""The last line of the open lab: where you are, what to do next, and the keys for it."""

from rich.cells import cell_len, set_cell_size

from stackwalk.screen.safe import safe
from stackwalk.session.session.state import Phase, Session, what_next

NARROWEST = 30  # columns; below, there is room for what is next alone
_AT_LEAST = "  ? keys"

_PHASES = {
    Phase.ABSENT: "no program yet",
    Phase.STARTING: "starting",
    Phase.LISTENING: "listening",
    Phase.ELSEWHERE: "on another port",
    Phase.ENDED: "ended",
}


def draw_prompt(session: Session, width: int) -> str:
    """Return one line, not longer than `width` columns; the next thing to do comes before all keys."""
    parts = [f"[{session.step.id}]"]
    if session.let_go:
        parts.append("door let go")
    elif session.outer is not None:
        parts.append(_PHASES[session.outer.phase])
    if session.door is not None and session.door != session.port:
        parts.append(f"door {session.door}")
    parts.append(f"checking… {len(session.found)} done" if session.checking is not None else what_next(session))
    line = safe(f"{parts[0]} {' · '.join(parts[1:])}")
    if cell_len(line) + len(_AT_LEAST) > width and len(parts) > 2:
        line = safe(f"{parts[0]} {parts[-1]}")
    if cell_len(line) + len(_AT_LEAST) > width >= NARROWEST:
        # Who sees no key at all can't find the others.
        room = width - len(_AT_LEAST)
        return (line if cell_len(line) <= room else set_cell_size(line, room - 1).rstrip() + "…") + _AT_LEAST
    return line + _fitting(_keys(session), width - cell_len(line))


def _fitting(keys: list[str], room: int) -> str:
    """The first keys that there is room for, the one for all keys among them."""
    for count in range(len(keys), 0, -1):
        shown = "".join(f"  {key}" for key in keys[:count])
        shown += "" if _AT_LEAST in shown else _AT_LEAST
        if len(shown) <= room:
            return shown
    return _AT_LEAST if len(_AT_LEAST) <= room else ""


def _keys(session: Session) -> list[str]:
    """The keys, the most useful ones first."""
    keys = ["q quit", "? keys"]
    if session.passed:
        return ["n next", *keys, "s send"]
    if session.step.hints:
        keys.insert(0, "h hint")
    if session.step.send:
        keys.append("s send")
    return [*keys, "n next", "b back", "d door"]
