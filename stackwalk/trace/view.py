"""What is shown of a sight: lines for people, or JSON for programs."""

from rich.text import Text

from stackwalk.screen.console import Screen
from stackwalk.screen.exchanges import (
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
from stackwalk.trace.recorder import exchange_of
from stackwalk.wire.message import Exchange
from stackwalk.wire.records import record_line
from stackwalk.wire.sight import Answered, Closed, Interim, Missed, Refused, Sight, Unanswered, Unreadable

BODY_LINES = 12  # of each body, with -vv
HEADS, BODIES = 1, 2  # how often -v is said


class View:
    """Shows sights on a console, in one of the ways."""

    def __init__(self, console: Screen, *, verbose: int, as_json: bool, epoch: float) -> None:
        self._console = console
        self._verbose = verbose
        self._as_json = as_json
        self._epoch = epoch

    def show(self, sight: Sight) -> None:
        if self._as_json:
            exchange = exchange_of(sight)
            record = record_line(sight, self._epoch, None if exchange is None else exchange.notes)
            if record is not None:
                self._console.write(record.decode("ascii"))
            return
        lines = self._lines(sight)
        if not self._console.is_terminal:
            for line in lines:  # other programs read lines: they stay whole
                line.no_wrap, line.overflow = True, "ignore"
        if lines:
            self._console.show(*lines)

    def _lines(self, sight: Sight) -> list[Text]:
        width, whole = self._console.width, not self._console.is_terminal
        match sight:
            case Answered(exchange=exchange):
                line = draw_exchange(exchange, width, whole=whole)
                return [line, *draw_remarks(exchange), *self._more(exchange)]
            case Unanswered(exchange=exchange):
                return [*draw_unanswered(sight, width, whole=whole), *self._more(exchange)]
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

    def _more(self, exchange: Exchange) -> list[Text]:
        if self._verbose < HEADS:
            return []
        if self._verbose < BODIES:
            return draw_heads(exchange)
        lines: list[Text] = []
        if exchange.request is not None:
            lines += draw_heads(Exchange(exchange.number, exchange.connection, exchange.request, None))
            lines += draw_body(exchange.request.body, exchange.request.body_size, "client", BODY_LINES)
        if exchange.response is not None:
            lines += draw_heads(Exchange(exchange.number, exchange.connection, None, exchange.response))
            lines += draw_body(exchange.response.body, exchange.response.body_size, "server", BODY_LINES)
        return lines
