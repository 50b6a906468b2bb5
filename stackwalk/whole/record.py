"""What has passed on the hops of a stack: fed the lines of its tap, asked for exchanges. Bounded. Pure."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from stackwalk.wire.lines import from_line, without_hop
from stackwalk.wire.message import Exchange, Request
from stackwalk.wire.sight import Answered, Asked, Joined, Missed, Opened, Sight, Unanswered

MOST = 4000  # of exchanges, requests and connections of a hop that are remembered


@dataclass(frozen=True, slots=True)
class Seen:
    """One sight, and the hop on which it was."""

    hop: str
    sight: Sight


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request's head that has come to a part."""

    hop: str
    connection: int
    number: int  # of the exchange on its connection
    at: float
    request: Request


class Record:
    """What has passed since the stack was started, or the newest part of it."""

    def __init__(self) -> None:
        self.arrivals: deque[Arrival] = deque(maxlen=MOST)
        self.exchanges: deque[tuple[str, Exchange]] = deque(maxlen=MOST)  # with their hops, as they ended
        self.missed = 0  # sights that were left out because nobody took them in time
        self._ways: dict[int, int] = {}  # connection -> the tap's own port towards the target
        self._clients: dict[int, int] = {}  # connection -> the client's port

    def take(self, lines: Iterable[bytes]) -> list[Seen]:
        """Take in what a tap tells; what it is, for whoever wants to show it."""
        return [seen for line in lines if (seen := self._take(line)) is not None]

    def way(self, connection: int) -> int | None:
        """The port from which a connection goes on to its target."""
        return self._ways.get(connection)

    def client(self, connection: int) -> int | None:
        """The port from which a connection came."""
        return self._clients.get(connection)

    def _take(self, line: bytes) -> Seen | None:
        hop, plain = without_hop(line)
        try:
            sight = from_line(plain)
        except ValueError:
            return None  # a piece of a long body: nobody here keeps those
        match sight:
            case Opened(connection, _, client):
                _remember(self._clients, connection, int(client.rpartition(":")[2]))
            case Joined(connection, _, port):
                _remember(self._ways, connection, port)
            case Asked(connection, at, request, number):
                self.arrivals.append(Arrival(hop, connection, number, at, request))
            case Answered() | Unanswered():
                self.exchanges.append((hop, sight.exchange))
            case Missed():
                self.missed += sight.count
        return Seen(hop, sight)


def _remember(known: dict[int, int], connection: int, port: int) -> None:
    known[connection] = port
    if len(known) > 2 * MOST:
        for old in list(known)[:MOST]:
            del known[old]
