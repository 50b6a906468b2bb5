"""What a trace has seen, counted. Pure."""

from dataclasses import dataclass, field

from stackwalk.wire.message import Exchange
from stackwalk.wire.plain import Plain
from stackwalk.wire.sight import Answered, Framed, Missed, Opened, Refused, Sight, Streamed, Unanswered, Unreadable


@dataclass(slots=True)
class Tally:
    """Counts of sights, added one by one; its memory does not grow with them."""

    connections: int = 0
    exchanges: int = 0  # that had an answer
    statuses: dict[int, int] = field(default_factory=dict)  # of three digits: at most a thousand
    unanswered: int = 0
    unreadable: int = 0
    refused: int = 0
    frames: int = 0  # of WebSockets
    events: int = 0  # of streams
    missed: int = 0  # sights that were not seen
    body_bytes: int = 0  # of answers
    asked_bytes: int = 0  # of requests, heads and bodies
    answered_bytes: int = 0  # of answers, heads and bodies
    slowest: Exchange | None = None

    def add(self, sight: Sight) -> None:
        match sight:
            case Opened():
                self.connections += 1
            case Answered(exchange=exchange):
                self._add_exchange(exchange)
            case Unanswered(exchange=exchange):
                self.unanswered += 1
                self._add_request(exchange)
            case Unreadable():
                self.unreadable += 1
            case Framed():
                self.frames += 1
            case Streamed():
                self.events += 1
            case Refused():
                self.refused += 1
            case Missed(count=count):
                self.missed += count
            case _:
                pass

    def add_plain(self, plain: Plain) -> bool:
        """Count a plain exchange; whether it is the slowest so far: `slowest` is to be set then."""
        self.exchanges += 1
        self.asked_bytes += plain.request.size
        self.body_bytes += plain.response.body_size
        self.answered_bytes += plain.response.size
        status = plain.response.status
        self.statuses[status] = self.statuses.get(status, 0) + 1
        slowest = None if self.slowest is None else self.slowest.milliseconds
        return slowest is None or plain.milliseconds > slowest

    def _add_exchange(self, exchange: Exchange) -> None:
        self.exchanges += 1
        self._add_request(exchange)
        response = exchange.response
        if response is not None:
            self.body_bytes += response.body_size
            self.answered_bytes += len(response.head.raw) + response.body_size
            if response.status is not None:
                self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
        slowest = None if self.slowest is None else self.slowest.milliseconds
        if exchange.milliseconds is not None and (slowest is None or exchange.milliseconds > slowest):
            self.slowest = exchange

    def _add_request(self, exchange: Exchange) -> None:
        if exchange.request is not None:
            self.asked_bytes += len(exchange.request.head.raw) + exchange.request.body_size
