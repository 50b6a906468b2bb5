"""What is shown of a sight: lines for people, or JSON for programs."""

import time
from collections.abc import Callable

from rich.text import Text

from stackwalk.screen.bodies import draw_content
from stackwalk.screen.console import Screen
from stackwalk.screen.exchanges import (
    NARROWER,
    TIME,
    draw_exchange,
    draw_heads,
    draw_interim,
    draw_missed,
    draw_no_answer,
    draw_refused,
    draw_silent,
    draw_slip,
    draw_unreadable,
    is_said,
    time_of,
)
from stackwalk.screen.hanging import Hanging
from stackwalk.screen.notes import draw_event, draw_frame, draw_hello, draw_late, draw_notes, draw_timing
from stackwalk.screen.safe import safe
from stackwalk.trace.recorder import exchange_of
from stackwalk.wire.explain import explain, oddities
from stackwalk.wire.frames import Unpacker
from stackwalk.wire.hello import read_hello
from stackwalk.wire.message import Exchange, Request, Response, Side
from stackwalk.wire.plain import Plain, SaidRequest, SaidResponse
from stackwalk.wire.records import record_line, record_pieces, with_hop
from stackwalk.wire.sight import (
    Answered,
    Asked,
    Begun,
    Closed,
    Framed,
    Interim,
    Missed,
    Opened,
    Refused,
    Sight,
    Streamed,
    Unanswered,
    Unreadable,
)

LATE = 1.0  # seconds after which it is said that an exchange is not over
REMEMBERED = 512  # exchanges of which it is known what they look like
ANY_TIME = "0" * TIME  # stands where a time will
AT_ONCE = 8 * 1024  # characters that are written at once
MARK = 4  # characters before what is wrapped
BODY_LINES = 40  # of each body, with -vv
CONNECTIONS = 10_000  # whose opening is remembered
HEADS, BODIES = 1, 2  # how often -v is said


class View:
    """Shows sights on a console, in one of the ways."""

    def __init__(
        self, console: Screen, *, verbose: int, as_json: bool, epoch: float, hop_of: Callable[[int], str] | None = None
    ) -> None:
        """`hop_of`: the hop that a connection is on, where the traffic of several is shown."""
        self._hop_of = hop_of or (lambda _connection: "")
        self._widest = 0  # name of a hop
        self._console = console
        self._verbose = verbose
        self._as_json = as_json
        self._epoch = epoch
        self._opened: dict[int, float] = {}  # when connections were
        self._unpackers: dict[tuple[int, Side], Unpacker] = {}
        self._waiting: list[str] = []  # to be written
        self._size = 0  # characters of it
        self._width = console.width
        self._drawn: dict[tuple[SaidRequest, SaidResponse, int], tuple[str, str]] = {}  # around the time of an exchange
        self._begun: dict[tuple[int, int], None] = {}  # streams whose heads have been shown
        self._open: dict[tuple[int, int], Asked] = {}  # requests whose exchanges are not over, the oldest first

    def flush(self) -> None:
        """Let go of what has been drawn; to be called before anything is waited for."""
        text, self._waiting, self._size = "".join(self._waiting), [], 0
        self._console.write(text)
        self._width = self._console.width  # it may have changed since

    def _write(self, text: str) -> None:
        self._waiting.append(text)
        self._size += len(text)
        if self._size >= AT_ONCE:
            self.flush()

    def due(self) -> float | None:
        """When to call `remind`, on the sights' clock; None: there is nothing to be reminded of."""
        return next((sight.at + LATE for sight in self._open.values()), None)

    def remind(self, now: float) -> None:
        """Say, once, which requests have been waiting for the end of their answers for a while."""
        while (due := self.due()) is not None and due <= now:
            sight = self._open.pop(next(iter(self._open)))
            self._say([draw_late(sight, now)])
        self.flush()

    def show(self, sight: Sight | Plain) -> None:
        """Draw it. What can't be drawn for a slip of ours is said, and the tap goes on."""
        try:
            self._show(sight)
        except Exception as slip:  # noqa: BLE001 - see above
            if self._as_json:
                missed = record_line(Missed(int(sight.connection), time.monotonic(), 1), self._epoch) or b""
                self._write(missed.decode("ascii"))
            else:
                self._say([draw_slip(slip)])

    def _show(self, sight: Sight | Plain) -> None:
        hop = self._hop_of(int(sight.connection))
        self._widest = max(self._widest, len(hop))
        if isinstance(sight, Plain):
            if not hop and not self._as_json and not self._verbose and self._width >= NARROWER:
                self._show_plain(sight)
                return
            sight = sight.sight()
        if self._as_json:
            exchange = exchange_of(sight) if not isinstance(sight, Begun) else sight.exchange
            pieces = record_pieces(sight, self._epoch, None if exchange is None else explain(exchange))
            for place, piece in enumerate(pieces):
                self._write((with_hop(piece, hop) if hop and not place else piece).decode("ascii"))
            return
        self._remember(sight)
        room = self._width - (self._widest + 1 if hop else 0)
        self._say(self._labelled(hop, self._lines(sight, room)))

    def _labelled(self, hop: str, lines: list[Text]) -> list[Text]:
        """The lines with the name of their hop before the first one."""
        if not hop or not lines:
            return lines
        return [Text(safe(f"{hop:<{self._widest}} "), style="cyan").append_text(lines[0]), *lines[1:]]

    def _show_plain(self, plain: Plain) -> None:
        """Most exchanges look like one before: of those only the time is drawn."""
        self._open.pop((int(plain.connection), int(plain.number)), None)
        width = self._width
        key = plain.request, plain.response, width
        drawn = self._drawn.get(key)
        if drawn is None:
            exchange = plain.sight().exchange
            line = draw_exchange(exchange, width, whole=not self._console.is_terminal, took=ANY_TIME)
            first, newline, rest = self._text([line, *self._more(exchange)]).partition("\n")
            before, _, after = first.rpartition(ANY_TIME)
            drawn = before, after + newline + rest
            if len(self._drawn) >= REMEMBERED:
                self._drawn.clear()
            self._drawn[key] = drawn
        self._write(f"{drawn[0]}{time_of(plain.milliseconds):>{TIME}}{drawn[1]}")

    def _remember(self, sight: Sight) -> None:
        match sight:
            case Asked():
                self._open[sight.connection, sight.number] = sight
                if len(self._open) > CONNECTIONS:
                    del self._open[next(iter(self._open))]
            case Begun():
                self._open.pop((sight.connection, sight.exchange.number), None)
            case Missed():
                self._open.clear()  # their ends may be among what was missed
            case Closed(connection=connection):
                for key in [key for key in self._open if key[0] == connection]:
                    del self._open[key]
            case _:
                exchange = exchange_of(sight)
                if exchange is not None:
                    self._open.pop((exchange.connection, exchange.number), None)

    def _say(self, lines: list[Text]) -> None:
        if lines:
            self._write(self._text(lines))

    def _text(self, lines: list[Text]) -> str:
        if self._console.is_terminal:
            return self._console.drawn(*map(_hung, lines))
        for line in lines:  # other programs read lines: they stay whole
            line.no_wrap, line.overflow = True, "ignore"
        return self._console.drawn(*lines)

    def _lines(self, sight: Sight, width: int) -> list[Text]:
        whole = not self._console.is_terminal
        match sight:
            case Opened(connection=connection, at=at):
                self._opened[connection] = at
                if len(self._opened) > CONNECTIONS:
                    del self._opened[next(iter(self._opened))]
            case Answered(exchange=exchange) if (exchange.connection, exchange.number) in self._begun:
                del self._begun[exchange.connection, exchange.number]
                return [draw_exchange(exchange, width, whole=whole), *self._more(exchange, is_known=True)]
            case Answered(exchange=exchange):
                return [draw_exchange(exchange, width, whole=whole), *self._more(exchange)]
            case Unanswered(exchange=exchange):
                said = [] if is_said(exchange) else [draw_no_answer()]
                return [draw_exchange(exchange, width, whole=whole), *said, *self._more(exchange)]
            case Unreadable(exchange=exchange):
                hello = read_hello(sight.raw) if sight.side == "client" else None
                if hello is not None:
                    return [draw_hello(hello)]
                more = [] if exchange is None else self._more(exchange)
                return [*draw_unreadable(sight, width, whole=whole), *more]
            case Framed(connection=connection, side=side, frame=frame):
                unpacker = self._unpackers.setdefault((connection, side), Unpacker())
                if len(self._unpackers) > CONNECTIONS:
                    del self._unpackers[next(iter(self._unpackers))]
                return [draw_frame(connection, side, frame, unpacker.unpack(frame), whole=whole or self._verbose > 0)]
            case Begun(connection=connection, exchange=exchange):
                self._begun[connection, exchange.number] = None
                if len(self._begun) > CONNECTIONS:
                    del self._begun[next(iter(self._begun))]
                return [draw_exchange(exchange, width, whole=whole, goes_on=True), *self._more(exchange)]
            case Streamed(connection=connection, event=event):
                return [draw_event(connection, event, whole=whole or self._verbose > 0)]
            case Interim():
                return [draw_interim(sight)]
            case Refused(why=why):
                return [draw_refused(why)]
            case Closed(connection=connection):
                for end in ("client", "server"):
                    self._unpackers.pop((connection, end), None)
                is_silent = sight.by == "client" and not sight.client_bytes and not sight.server_bytes
                return [draw_silent()] if is_silent else []
            case Missed(count=count):
                return [draw_missed(count)]
        return []

    def _more(self, exchange: Exchange, *, is_known: bool = False) -> list[Text]:
        """What stands under the line of an exchange: oddities always, the rest as often as -v was said.

        `is_known`: its heads and what came after them have been shown.
        """
        if self._verbose < HEADS:
            return draw_notes(oddities(exchange))
        lines = [*draw_notes(explain(exchange)), draw_timing(exchange, self._opened.get(exchange.connection))]
        for said in (exchange.request, exchange.response):
            if said is not None and not is_known:
                lines += draw_heads(_alone(exchange, said))
                if self._verbose >= BODIES:
                    lines += draw_content(said, BODY_LINES)
        return lines


def _hung(line: Text) -> Text | Hanging:
    """A line that begins with a mark, so that what is wrapped of it stands behind the mark."""
    mark = line.plain[:MARK]
    if len(mark) < MARK or mark[:2] != "  " or mark[2] not in "!·><":
        return line
    return Hanging(line[:MARK], line[MARK:], whole=mark[2] in "><")


def _alone(exchange: Exchange, said: Request | Response) -> Exchange:
    if isinstance(said, Request):
        return Exchange(exchange.number, exchange.connection, said, None)
    return Exchange(exchange.number, exchange.connection, None, said)
