"""Which process has which connection, and what each is doing, as far as it was told. Pure.

It is put together from two sides: the tap tells from which port each client's connection is seen to come, the
probe which process took the connection from that port. What was not told stays unknown, and is not guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from stackwalk.wire.message import Request
from stackwalk.wire.sight import (
    Answered,
    Asked,
    Closed,
    Joined,
    Missed,
    Opened,
    Refused,
    Sight,
    Unanswered,
    Unreadable,
)

MOST = 2_000  # connections, and ports, that are kept in mind
MOST_PROCESSES = 200

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Underway:
    """A request that has no answer yet."""

    connection: int
    number: int
    request: Request
    at: float


class Workers:
    """Fed with what is told, in its order; asked when something is drawn."""

    def __init__(self) -> None:
        self._taken: dict[int, int] = {}  # the port that a connection came from -> the process that took it
        self._last: dict[int, int] = {}  # the same, of connections that are over, too
        self._ports: dict[int, int | None] = {}  # connection that is open -> that port, once the target has it
        self._underway: dict[int, dict[int, Underway]] = {}  # by connection and number
        self._answered: dict[int, int] = {}  # process -> how often
        self._telling: dict[int, None] = {}  # processes that listen and tell of it
        self._serving: dict[int, None] = {}  # processes that take connections

    def listens(self, pid: int) -> None:
        """A process listens, and those that it forks will tell when they take connections."""
        _keep(self._telling, pid, None, MOST_PROCESSES)

    def serves(self, pid: int) -> None:
        """A process takes connections from now on."""
        _keep(self._serving, pid, None, MOST_PROCESSES)

    def accepts(self, pid: int, port: int) -> None:
        """A process has taken the connection that came from this port."""
        self.serves(pid)
        _keep(self._taken, port, pid, MOST)
        _keep(self._last, port, pid, MOST)

    def note(self, sight: Sight) -> None:
        """Take in what crossed the door."""
        connection = sight.connection
        match sight:
            case Opened():
                self._ports[connection] = None
                if len(self._ports) > MOST:
                    self._forget(next(iter(self._ports)))
            case Joined(port=port):
                if connection in self._ports:
                    self._ports[connection] = port
            case Asked():
                if connection in self._ports:
                    one = Underway(connection, sight.number, sight.request, sight.at)
                    self._underway.setdefault(connection, {})[sight.number] = one
            case Unreadable(exchange=None):
                pass  # what it belongs to is told later
            case Answered() | Unanswered() | Unreadable():
                pid = self.who(connection)
                if pid is not None and isinstance(sight, Answered):
                    _keep(self._answered, pid, self._answered.get(pid, 0) + 1, MOST_PROCESSES)
                # Answers come in the order of their requests (RFC 9112, 9.3.2).
                waiting = self._underway.get(connection)
                if waiting:
                    del waiting[next(iter(waiting))]
            case Closed() | Refused():
                self._forget(connection)
            case Missed():
                # Which ones have ended is not known any more.
                for gone in tuple(self._ports):
                    self._forget(gone)
            case _:
                pass

    def who(self, connection: int) -> int | None:
        """The process that has taken this connection; None: it was not told, or nobody has."""
        port = self._ports.get(connection)
        return None if port is None else self._taken.get(port)

    def who_took(self, port: int) -> int | None:
        """The process that took the connection which came from this port last."""
        return self._last.get(port)

    @property
    def clients(self) -> int:
        """How many connections are open at the door."""
        return len(self._ports)

    def tells(self, pid: int) -> bool:
        """Whether it is told of this process when those that it forks take connections."""
        return pid in self._telling

    def is_serving(self, pid: int) -> bool:
        """Whether this process is known to take connections."""
        return pid in self._serving

    def answered(self, pid: int) -> int:
        """How many requests this process was seen to answer."""
        return self._answered.get(pid, 0)

    def underway(self) -> Mapping[int | None, tuple[Underway, ...]]:
        """By process, the requests that have no answer yet; those that nobody is known to have under None."""
        found: dict[int | None, tuple[Underway, ...]] = {}
        for connection, waiting in self._underway.items():
            if waiting:
                pid = self.who(connection)
                found[pid] = (*found.get(pid, ()), *waiting.values())
        return MappingProxyType(found)

    def open_at(self, pid: int) -> int:
        """How many connections this process is known to hold."""
        return sum(self.who(connection) == pid for connection in self._ports)

    def _forget(self, connection: int) -> None:
        port = self._ports.pop(connection, None)
        if port is not None:
            self._taken.pop(port, None)
        self._underway.pop(connection, None)


def _keep(kept: dict[int, Value], key: int, value: Value, most: int) -> None:
    """Keep it as the newest; the oldest ones go."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > most:
        del kept[next(iter(kept))]
