"""Draw the stack as it is: clients, the door, each program behind it, and what each of its processes is doing."""

from rich.console import Group, RenderableType
from rich.text import Text

from stackwalk.screen.exchanges import cut
from stackwalk.screen.safe import safe
from stackwalk.session.session.events import PartSeen
from stackwalk.session.session.stack import MOST_WORKERS, Doing, Layer, Stack, Worker, workers_of
from stackwalk.session.session.state import Phase, Session
from stackwalk.session.session.workers import Underway, Workers

LONGEST_TARGET = 40  # characters
MOST_REQUESTS = 3  # that are told of one process

_STYLES = {
    Doing.UNKNOWN: "none",
    Doing.BOOTING: "cyan",
    Doing.IDLE: "green",
    Doing.HOLDING: "none",
    Doing.BUSY: "bold yellow",
    Doing.GONE: "red",
}
_PHASES = {
    Phase.ABSENT: "not running",
    Phase.STARTING: "starting",
    Phase.LISTENING: "",
    Phase.ELSEWHERE: "on another port",
    Phase.ENDED: "ended",
}


def draw_stack(stack: Stack) -> RenderableType:
    """Return the picture, a line each, the outermost part first."""
    lines = [_line(0, "clients", f"{_count(stack.clients, 'connection')} open" if stack.clients else "")]
    lines.append(_line(1, "stackwalk", "its door is shut" if stack.door is None else f"the door, port {stack.door}"))
    for depth, layer in enumerate(stack.layers, 2):
        lines += _layer(depth, layer, stack.at)
    if stack.told and stack.untaken:
        waits = f"{_count(len(stack.untaken), 'request')} of which no process has taken the connection yet"
        lines.append(Text(f"  … {waits}: {_requests(stack.untaken, stack.at)}", style="yellow"))
    return Group(*lines)


def _layer(depth: int, layer: Layer, at: float) -> list[Text]:
    parts = [f"process {layer.pid}" if layer.pid is not None else "", _PHASES[layer.phase]]
    if layer.requests:
        parts.append(f"busy with {_requests(layer.requests, at)}")
    lines = [_line(depth, safe(layer.name, 40), ", ".join(part for part in parts if part))]
    rows = [*layer.workers, *((layer.more,) if layer.more else ())]
    for place, row in enumerate(rows):
        mark = "   " * depth + ("└ " if place == len(rows) - 1 else "├ ")
        if isinstance(row, Worker):
            lines.append(_worker(mark, row, at))
        else:
            lines.append(Text(f"{mark}and {row} more", style="dim"))
    return lines


def _worker(mark: str, worker: Worker, at: float) -> Text:
    line = Text(f"{mark}{worker.pid}").append("  ")
    match worker.doing:
        case Doing.UNKNOWN:
            said = ""
        case Doing.GONE:
            said = "gone" if worker.successor is None else f"gone, {worker.successor} is in its place"
        case Doing.BUSY:
            said = f"busy with {_requests(worker.requests, at)}"
        case Doing.HOLDING:
            said = f"holds {_count(worker.connections, 'connection')}, and nothing is asked"
        case _:
            said = str(worker.doing)
    line.append(said, style=_STYLES[worker.doing])
    if worker.answered:
        line.append(f"{', ' if said else ''}{worker.answered:,} answered", style="dim")
    return line


def _requests(requests: tuple[Underway, ...], at: float) -> str:
    told = [_request(one, at) for one in requests[:MOST_REQUESTS]]
    more = len(requests) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _request(one: Underway, at: float) -> str:
    target = cut(safe(one.request.target, 10 * LONGEST_TARGET), LONGEST_TARGET)
    return f"{safe(one.request.method, 20)} {target} for {max(0.0, at - one.at):,.1f} s"


def _line(depth: int, name: str, says: str) -> Text:
    mark = "" if not depth else "   " * (depth - 1) + "└─ "
    return Text(mark).append(name, style="bold").append(f"  {says}" if says else "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_STATES = {"ready": ("✔", "green"), "starting": ("…", "cyan"), "paused": ("‖", "yellow"), "ended": ("✘", "red")}


def draw_parts(session: Session, workers: Workers, at: float) -> RenderableType:
    """Return the picture of a stack with a web server in front, by its parts."""
    front, *behind = session.parts
    lines = [_line(0, "clients", ""), _line(1, "stackwalk", f"its tap is the door, port {session.door}")]
    lines.append(_line(2, "", "").append_text(_part(front, ())))
    for place, part in enumerate(behind):
        line = Text("      " + ("└─ " if place == len(behind) - 1 else "├─ "))
        if part.tap is not None:
            line.append(f"tap {part.tap} → ", style="dim")
        known = workers_of(part, workers)
        lines.append(line.append_text(_part(part, known)))
        beside = "      " + ("   " if place == len(behind) - 1 else "│  ")
        for number, worker in enumerate(known, 1):
            lines.append(_worker(f"{beside}   {'└' if number == len(known) else '├'} ", worker, at))
    return Group(*lines)


def _part(part: PartSeen, known: tuple[Worker, ...]) -> Text:
    mark, style = _STATES.get(part.state, ("·", "dim"))
    line = Text(f"{mark} ", style=style).append(safe(part.name, 40), style="bold not dim")
    said = [part.state if part.state != "ready" else ""]
    if part.pid is not None:
        said.append(f"process {part.pid}")
    if part.others and not known:
        said.append(f"workers {' '.join(str(pid) for pid in part.others[:MOST_WORKERS])}")
    if part.listens is not None:
        said.append(f"port {part.port}" + (f", really {part.listens}" if part.listens != part.port else ""))
    return line.append(f"  {', '.join(each for each in said if each)}", style="none")
