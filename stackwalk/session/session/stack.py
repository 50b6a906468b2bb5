"""The stack as it is at one moment: the door, what runs behind it, and the processes of each part. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from stackwalk.session.session.events import PartSeen
from stackwalk.session.session.state import Phase, Running, Session
from stackwalk.session.session.workers import Underway, Workers

MOST_WORKERS = 16  # that are told one by one

_Requests = Mapping[int | None, tuple[Underway, ...]]


class Doing(StrEnum):
    """What a process is doing, as far as it is known."""

    UNKNOWN = "unknown"
    BOOTING = "booting"
    IDLE = "idle"
    HOLDING = "holding"  # connections on which nothing is being asked
    BUSY = "busy"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that a program has started."""

    pid: int
    doing: Doing
    requests: tuple[Underway, ...] = ()  # that it works on
    connections: int = 0  # that it holds
    answered: int = 0
    successor: int | None = None  # which came in its place


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of the stack."""

    name: str
    port: int  # as typed
    phase: Phase
    pid: int | None  # of its first process
    workers: tuple[Worker, ...] = ()
    more: int = 0  # workers that are not told one by one
    requests: tuple[Underway, ...] = ()  # that it works on, where it has one process only


@dataclass(frozen=True, slots=True)
class Stack:
    """The whole."""

    door: int | None
    clients: int  # connections at the door
    layers: tuple[Layer, ...]  # outermost first
    untaken: tuple[Underway, ...]  # requests of which nobody is known to have the connection
    told: bool  # whether the processes tell which connections they take
    at: float


def stack_of(session: Session, workers: Workers, at: float) -> Stack:
    """Return what is known of the stack at that moment."""
    underway = workers.underway()
    layers = tuple(_layer(one, workers, underway) for one in session.programs)
    told = any(one.first is not None and workers.tells(one.first) for one in session.programs)
    return Stack(session.door, workers.clients, layers, underway.get(None, ()), told, at)


def workers_of(part: PartSeen, workers: Workers) -> tuple[Worker, ...]:
    """What is known of the processes that a part of a stack has started."""
    if part.pid is None or not workers.tells(part.pid):
        return ()
    underway, starting = workers.underway(), part.state == "starting"
    group = _Group(part.pid, part.others, starting)
    return tuple(_worker(pid, group, workers, underway.get(pid, ())) for pid in part.others[:MOST_WORKERS])


@dataclass(frozen=True, slots=True)
class _Group:
    """The processes of one program."""

    first: int | None
    others: tuple[int, ...]
    starting: bool  # nothing of it answers yet


def _layer(program: Running, workers: Workers, underway: _Requests) -> Layer:
    layer = Layer(program.spec.run[0], program.spec.port, program.phase, program.first)
    if not program.processes:
        return replace(layer, requests=underway.get(program.first, ()) if program.first is not None else ())
    gone = [Worker(pid, Doing.GONE, answered=workers.answered(pid), successor=after) for pid, after in program.gone]
    group = _Group(program.first, program.processes, program.phase is Phase.STARTING)
    here = [_worker(pid, group, workers, underway.get(pid, ())) for pid in sorted(program.processes)]
    return replace(layer, workers=(*gone, *here[:MOST_WORKERS]), more=max(0, len(here) - MOST_WORKERS))


def _worker(pid: int, group: _Group, workers: Workers, requests: tuple[Underway, ...]) -> Worker:
    connections = workers.open_at(pid)
    doing = _doing(pid, group, workers, busy=bool(requests), holding=bool(connections))
    return Worker(pid, doing, requests, connections, workers.answered(pid))


def _doing(pid: int, group: _Group, workers: Workers, *, busy: bool, holding: bool) -> Doing:
    if busy:
        return Doing.BUSY
    if holding:
        return Doing.HOLDING
    if workers.is_serving(pid):
        return Doing.IDLE
    if group.first is None or not workers.tells(group.first):
        return Doing.UNKNOWN
    # Some kinds of workers never tell: it is booting where nothing answers yet, or where others of its kind do tell.
    tell = any(workers.is_serving(other) for other in group.others)
    return Doing.BOOTING if tell or group.starting else Doing.UNKNOWN
