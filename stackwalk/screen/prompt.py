"""The last line of the open lab: where you are, what to do next, and the keys for it."""

from rich.cells import cell_len

from stackwalk.screen.safe import safe
from stackwalk.session.session.state import Phase, Session, what_next

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
    if cell_len(line) > width and len(parts) > 2:
        line = safe(f"{parts[0]} {parts[-1]}")
    for keys in _keys(session):
        longer = f"{line}  {keys}"
        if cell_len(longer) > width:
            break
        line = longer
    return line


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
