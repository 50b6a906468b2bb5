"""What crossed the door, drawn as it comes; of a flood as much as can be read, the rest counted."""

from dataclasses import replace

from rich.console import RenderableType
from rich.text import Text

from stackwalk.screen.exchanges import (
    cut,
    draw_body,
    draw_exchange,
    draw_heads,
    draw_interim,
    draw_missed,
    draw_refused,
    draw_remarks,
    draw_silent,
    draw_unanswered,
    draw_unreadable,
)
from stackwalk.screen.journey import draw_changes, draw_tries, served_by
from stackwalk.screen.safe import safe
from stackwalk.session.flow import Flow
from stackwalk.whole.journey import Journey
from stackwalk.wire.message import Exchange
from stackwalk.wire.sight import Answered, Asked, Closed, Interim, Missed, Refused, Sight, Unanswered, Unreadable

REQUEST_LINES, RESPONSE_LINES, BODY_LINES = 5, 10, 3  # that are shown of each exchange
A_WHILE = 0.5  # seconds without an answer, after which it is said that a request waits
MOST_ASKED = 100  # requests without an answer that are kept in mind
LONGEST_TARGET = 60  # characters
SHOWN_AT_ONCE, SHOWN_A_SECOND = 20.0, 3.0  # sights; the rest is counted


class Sights:
    """Draws sights in their order."""

    def __init__(self) -> None:
        self._asked: dict[tuple[int, int], Asked] = {}  # that have no answer yet, and of which nothing was said
        self._flow = Flow(SHOWN_AT_ONCE, 0.0, 0, SHOWN_AT_ONCE, SHOWN_A_SECOND)

    def draw(self, sight: Sight, width: int, at: float, pid: int | None = None) -> list[RenderableType]:
        """Return what is to be printed for a sight; nothing for many of them. `pid`: the process that had it."""
        self._note(sight)
        drawn = _draw(sight, width, "" if pid is None else f"pid {pid}")
        if not drawn:
            return []
        self._flow, shown = self._flow.take(1, at)
        return [*self._left_out(), *drawn] if shown else []

    def draw_journey(
        self, journey: Journey, pids: tuple[int | None, ...], width: int, at: float
    ) -> list[RenderableType]:
        """The same for an exchange at the door of a stack; `pids`: the processes that had it, leg by leg."""
        outer = journey.outer
        ended = Unanswered if outer.response is None else Answered
        self._note(ended(outer.connection, at, outer))
        self._flow, shown = self._flow.take(1, at)
        if not shown:
            return []
        lines = [draw_exchange(outer, width, by=served_by(journey, pids)), *draw_tries(journey)]
        return [*self._left_out(), *lines, *_heads(outer), *draw_changes(journey), *draw_remarks(outer)]

    def quiet(self, at: float) -> list[RenderableType]:
        """Return what is to be said, now that time has gone on: who waits for an answer, how many were left out."""
        waits = [key for key, asked in self._asked.items() if at - asked.at >= A_WHILE]
        self._flow, shown = self._flow.take(len(waits), at)
        drawn = [_waiting(self._asked.pop(key)) for key in waits]
        lines: list[RenderableType] = [*drawn[:shown]]
        return [*lines, *(self._left_out() if self._flow.room >= 1 else ())]

    def _note(self, sight: Sight) -> None:
        """Keep in mind which requests have no answer yet."""
        if isinstance(sight, Asked):
            if len(self._asked) < MOST_ASKED:
                self._asked[sight.connection, sight.number] = sight
            return
        mine = sorted(key for key in self._asked if key[0] == sight.connection)
        match sight:
            case Unreadable(exchange=None):
                return  # what it belongs to is told later
            case Answered() | Unanswered() | Unreadable():
                del mine[1:]  # answers come in the order of their requests (RFC 9112, 9.3.2)
            case Closed() | Refused():
                pass
            case _:
                return
        for key in mine:
            del self._asked[key]

    def _left_out(self) -> list[RenderableType]:
        count, self._flow = self._flow.left_out, self._flow.told()
        if not count:
            return []
        return [Text(f"… {count:,} more went by too fast to be shown; all were passed on", style="dim")]


def _waiting(asked: Asked) -> Text:
    target = cut(safe(asked.request.target, 2 * LONGEST_TARGET), LONGEST_TARGET)
    line = Text(f"{safe(asked.request.method, 20)} {target} ", style="bold")
    return line.append("… waiting: the answer has no end yet", style="dim")


def _draw(sight: Sight, width: int, by: str) -> list[Text]:
    match sight:
        case Answered(exchange=exchange):
            return [draw_exchange(exchange, width, by=by), *_heads(exchange), *draw_remarks(exchange)]
        case Unanswered(exchange=exchange):
            line, *remarks = draw_unanswered(sight, width, by=by)
            return [line, *_heads(exchange), *remarks]
        case Unreadable():
            return draw_unreadable(sight, width)
        case Interim():
            return [draw_interim(sight)]
        case Refused(why=why):
            return [draw_refused(why)]
        case Closed(client_bytes=0, server_bytes=0, by="client"):
            return [draw_silent()]
        case Missed(count=count):
            return [draw_missed(count)]
    return []


def _heads(exchange: Exchange) -> list[Text]:
    """Both heads as far as they fit, and the beginning of the answer's body: first theirs, then yours."""
    asked = draw_heads(replace(exchange, response=None))
    answered = draw_heads(replace(exchange, request=None))
    lines = _some(asked, REQUEST_LINES, "> ") + _some(answered, RESPONSE_LINES, "< ")
    response = exchange.response
    return lines + ([] if response is None else draw_body(response.body, response.body_size, "server", BODY_LINES))


def _some(lines: list[Text], most: int, mark: str) -> list[Text]:
    if len(lines) <= most + 1:
        return lines
    return [*lines[:most], Text(f"  {mark}… {len(lines) - most} more lines", style="dim")]
