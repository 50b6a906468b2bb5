"""Draw what is worth knowing about an exchange: oddities, explanations, where the time went."""

from collections.abc import Iterable

from rich.text import Text

from stackwalk.screen.exchanges import size_of, time_of
from stackwalk.screen.safe import safe
from stackwalk.wire.events import Event
from stackwalk.wire.explain import is_odd
from stackwalk.wire.frames import CLOSE, Frame
from stackwalk.wire.hello import Hello
from stackwalk.wire.message import Exchange, Note, Side
from stackwalk.wire.sight import Asked
from stackwalk.wire.timing import timing_of

LONGEST_LINE = 400  # characters
MOST_PROTOCOLS = 8
MOST_OF_A_FRAME = 60  # characters of what a frame carries


def draw_notes(notes: Iterable[Note]) -> list[Text]:
    """Return a line for each: `!` before what is odd, `·` before what is not."""
    return [_draw_note(note) for note in notes]


def _draw_note(note: Note) -> Text:
    mark, style = ("!", "yellow") if is_odd(note) else ("·", "dim")
    source = f" ({safe(note.source, LONGEST_LINE)})" if note.source else ""
    return Text(f"  {mark} {safe(note.text, LONGEST_LINE)}{source}", style=style)


def draw_timing(exchange: Exchange, opened_at: float | None = None) -> Text:
    """Return the line of an exchange's times; `opened_at`: when its connection was opened, where that is known."""
    timing = timing_of(exchange)
    parts: list[str] = []
    if timing.reached is not None:
        parts.append(f"target reached in {time_of(timing.reached)}")
    asked_at = exchange.asked_at
    if opened_at is not None and asked_at is not None and exchange.number == 1 and opened_at <= asked_at:
        parts.append(f"asked {time_of((asked_at - opened_at) * 1000)} after connecting")
    if timing.asked is not None and timing.asked >= 1:
        parts.append(f"request whole after {time_of(timing.asked)}")
    if timing.first_byte is not None:
        parts.append(f"first byte after {time_of(timing.first_byte)}")
    if timing.whole is not None:
        parts.append(f"whole after {time_of(timing.whole)}")
    times = f"{', '.join(parts)}; " if parts else ""
    where = f"connection {exchange.connection:,}, request {exchange.number:,} on it"
    return Text(f"  · {times}{where}", style="dim")


def draw_late(sight: Asked, now: float) -> Text:
    """Return the line of a request whose answer has not ended yet; `now` on its own clock, in seconds."""
    method, target = safe(sight.request.method, LONGEST_LINE), safe(sight.request.target, LONGEST_LINE)
    waited = time_of((now - sight.at) * 1000)
    return Text(f"  · {method} {target} is not over after {waited} (connection {sight.connection:,})", style="dim")


def draw_hello(hello: Hello) -> Text:
    """Return the line of a TLS ClientHello, with which a client begins what nobody else can read."""
    name = f" for {safe(hello.server_name, LONGEST_LINE)}" if hello.server_name else ""
    protocols = ", ".join(safe(one, LONGEST_LINE) for one in hello.protocols[:MOST_PROTOCOLS])
    offers = f", offering {protocols}" if protocols else ""
    words = f"  ! TLS (https){name}{offers}: what follows is encrypted and can't be read here (RFC 8446 4.1.2)"
    return Text(words, style="yellow")


def draw_event(connection: int, event: Event, *, whole: bool = False) -> Text:
    """Return the line of an event of a stream."""
    name = "" if event.name == b"message" else f" {safe(event.name, MOST_OF_A_FRAME)}"
    own = "" if not event.id else f", id {safe(event.id, MOST_OF_A_FRAME)}"
    line = Text(f"  < event{name}{own}, {size_of(event.size)}", style="magenta", no_wrap=whole)
    line.append(f" (connection {connection:,})", style="dim")
    return line.append(f": {safe(event.data, LONGEST_LINE if whole else MOST_OF_A_FRAME)}") if event.data else line


def draw_frame(connection: int, side: Side, frame: Frame, payload: bytes | None, *, whole: bool = False) -> Text:
    """Return the line of a WebSocket frame; `payload`: what it carries, unpacked; None: that is not known."""
    mark, style = ("> ", "cyan") if side == "client" else ("< ", "magenta")
    more = "" if frame.is_final else ", more follows"
    line = Text(f"  {mark}{frame.kind}, {size_of(frame.size)}{more}", style=style, no_wrap=whole)
    line.append(f" (connection {connection:,})", style="dim")
    if payload is None:
        line.append(": compressed", style="dim")
    elif frame.opcode == CLOSE and len(payload) >= 2:  # RFC 6455 5.5.1
        line.append(f": {int.from_bytes(payload[:2], 'big')} {safe(payload[2:], LONGEST_LINE)}".rstrip())
    elif payload:
        line.append(f": {safe(payload, LONGEST_LINE if whole else MOST_OF_A_FRAME)}")
    return line
