"""One request of a client followed to those who were asked for it: exchanges of different hops joined. Pure.

What was asked in which order is what the front itself has written down. Which exchange on a hop belongs to it is
told by the request's id where the learner passes it on, else by time, method and status; where more than one fits,
none is taken: unknown is better than wrong. No byte of the traffic is changed for it.

A front that writes nothing down for us (see `other_front`) is followed by the taps alone: who was asked between a
client's request and its answer for the same thing.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stackwalk.nginx.served import Served, Try
from stackwalk.whole.record import Record, Seen
from stackwalk.wire.message import Exchange
from stackwalk.wire.sight import Answered, Unanswered

SLACK = 0.02  # seconds: the front's own times are of the turn of its loop, and a tap's are a moment before or after
SETTLE = 0.1  # seconds that a journey waits for what the taps of its hops have yet to tell
GIVE_UP = 2.0  # seconds that it waits for the front's own line
LATELY = 200  # exchanges of clients with which another one may have been at the same time
MOST = 2000  # exchanges of inner hops that wait to be joined


@dataclass(frozen=True, slots=True)
class Leg:
    """One program that was asked for a request."""

    address: str  # as the front has it
    part: str | None  # None: it is no part of the stack
    status: int | None  # as the front has it: 502 also where nobody answered
    reached: bool  # whether it took the connection
    exchange: Exchange | None  # None: it is not known, or there was none


@dataclass(frozen=True, slots=True)
class Journey:
    """A client's exchange, and those that it led to."""

    outer: Exchange
    served: Served | None  # what the front says of it; None: nothing, so nothing more is known
    legs: tuple[Leg, ...] = ()  # in the order in which they were asked; none: the front answered itself
    seen: bool = False  # the front says nothing, and what the taps have seen leaves no doubt

    @property
    def known(self) -> bool:
        """Whether it is known who was asked."""
        return self.served is not None or self.seen

    @property
    def by(self) -> str | None:
        """The part whose answer it is; None: the front's own, or it is not known."""
        return self.legs[-1].part if self.legs else None


class Joining:
    """Takes in what taps and the front tell, and gives out journeys when as much is known of them as ever will be."""

    def __init__(
        self, outermost: str, record: Record, name_at: Callable[[str], str | None], *, logs: bool = True
    ) -> None:
        """logs: the front writes down who was asked."""
        self._logs = logs
        self._lately: deque[Exchange] = deque(maxlen=LATELY)  # of clients, where the front writes nothing down
        self._outermost = outermost
        self._record = record
        self._name_at = name_at  # an address of the front's log -> a part
        self._outer: deque[tuple[float, Exchange]] = deque(maxlen=MOST)  # since when they wait
        self._inner: deque[tuple[str, Exchange]] = deque(maxlen=MOST)
        self._served: dict[tuple[int, int], Served] = {}

    @property
    def waits(self) -> bool:
        """Whether something more is to be told of an exchange."""
        return bool(self._outer)

    def take(self, seen: Iterable[Seen], served: Iterable[Served], now: float) -> None:
        """`now` is of the monotonic clock that the taps use."""
        for one in seen:
            if isinstance(one.sight, Answered | Unanswered):
                if one.hop == self._outermost:
                    self._outer.append((now, one.sight.exchange))
                    self._lately.append(one.sight.exchange)
                else:
                    self._inner.append((one.hop, one.sight.exchange))
        for line in served:
            self._served[line.client[1], line.nth] = line
        for old in list(self._served)[: max(0, len(self._served) - MOST)]:
            del self._served[old]

    def journeys(self, now: float, epoch: float) -> list[Journey]:
        """Those of which nothing more is to be waited for. `epoch`: the clock of 1970 less the monotonic one."""
        if not self._logs:
            return self._by_taps(now)
        done: list[Journey] = []
        waiting: list[tuple[float, Exchange]] = []
        for since, outer in self._outer:
            way = self._record.way(outer.connection)
            line = None if way is None else self._served.get((way, outer.number))
            if line is None and way is not None and now - since < GIVE_UP:
                waiting.append((since, outer))
                continue
            journey, taken = join(outer, line, self._inner, self._name_at, epoch)
            if now - since < SETTLE and any(leg.reached and leg.exchange is None for leg in journey.legs):
                waiting.append((since, outer))
                continue
            for one in taken:
                self._inner.remove(one)
            if way is not None:
                self._served.pop((way, outer.number), None)
            done.append(journey)
        self._outer.clear()
        self._outer.extend(waiting)
        return done

    def _by_taps(self, now: float) -> list[Journey]:
        ready = [outer for since, outer in self._outer if now - since >= SETTLE]
        self._outer = deque((each for each in self._outer if now - each[0] < SETTLE), maxlen=MOST)
        done = []
        for outer in ready:
            journey, taken = join_by_taps(outer, self._lately, self._inner)
            for one in taken:
                self._inner.remove(one)
            done.append(journey)
        return done


Inner = tuple[str, Exchange]


def join(
    outer: Exchange, served: Served | None, inner: Iterable[Inner], name_at: Callable[[str], str | None], epoch: float
) -> tuple[Journey, list[Inner]]:
    """A client's exchange with those of inner hops (hop and exchange) that served it, and which of them these are."""
    if served is None:
        return Journey(outer, None), []
    left = list(inner)
    taken: list[Inner] = []
    legs: list[Leg] = []
    for one in served.tries:
        part = name_at(one.address)
        reached = one.connect is not None or one.header is not None
        match = _match(outer, served, one, [each for each in left if each[0] == part], epoch) if reached else None
        if match is not None:
            left.remove(match)
            taken.append(match)
        legs.append(Leg(one.address, part, one.status, reached, None if match is None else match[1]))
    return Journey(outer, served, tuple(legs)), taken


def join_by_taps(outer: Exchange, others: Iterable[Exchange], inner: Iterable[Inner]) -> tuple[Journey, list[Inner]]:
    """The same where only the taps tell. others: what clients have asked at about the same time."""
    fit = [each for each in inner if _is_within(each[1], outer)]
    same = [each for each in fit if _asked_for(each[1]) == _asked_for(outer)] or fit
    same.sort(key=lambda each: each[1].asked_at or 0.0)
    # A front asks the next one only where the one before gave it nothing that it could pass on.
    alone = not any(one is not outer and (_is_within(one, outer) or _is_within(outer, one)) for one in others)
    if not alone and (len(same) != 1 or _asked_for(same[0][1]) != _asked_for(outer)):
        return Journey(outer, None), []
    if any(_status(each[1]) is not None and (_status(each[1]) or 0) < 500 for each in same[:-1]):
        return Journey(outer, None), []
    legs = tuple(Leg(part, part, _status(each), True, each) for part, each in same)
    return Journey(outer, None, legs, seen=True), same


def _is_within(one: Exchange, other: Exchange) -> bool:
    """Whether it was asked while the other one was under way; one tap has the times of both."""
    if one.asked_at is None or other.asked_at is None or other.done_at is None:
        return False
    return other.asked_at <= one.asked_at <= other.done_at and _method(one) == _method(other)


def _asked_for(exchange: Exchange) -> tuple[str, str]:
    return _method(exchange), "" if exchange.request is None else exchange.request.target


def _status(exchange: Exchange) -> int | None:
    return None if exchange.response is None else exchange.response.status


def _match(outer: Exchange, served: Served, one: Try, candidates: list[Inner], epoch: float) -> Inner | None:
    own = served.id.encode("ascii", "replace")
    with_id = [each for each in candidates if own and each[1].request and own in each[1].request.head.raw]
    if len(with_id) == 1:
        return with_id[0]
    begin, end = served.at - served.seconds - SLACK - epoch, served.at + SLACK - epoch
    fit = [
        each
        for each in candidates
        if each[1].asked_at is not None
        and begin <= each[1].asked_at <= end
        and _method(each[1]) == _method(outer)
        and (one.header is None or (each[1].response is not None and each[1].response.status == one.status))
    ]
    return fit[0] if len(fit) == 1 else None


def _method(exchange: Exchange) -> str:
    return "" if exchange.request is None else exchange.request.method
