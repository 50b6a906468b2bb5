"""Draw what crossed a tap: a line an exchange, its heads with every line end visible, and what is odd about it."""

from rich.text import Text

from stackwalk.screen.safe import safe
from stackwalk.wire.body import promised
from stackwalk.wire.explain import is_odd
from stackwalk.wire.message import Exchange, Head, Note, Response, Side
from stackwalk.wire.sight import Interim, Unanswered, Unreadable

METHOD, STATUS, TYPE, BYTES, TIME = 7, 3, 20, 10, 10  # columns of a line; the target has the rest
NARROW = 76  # columns; below, the type is left out
NARROWER = 60  # columns; below, numbers have no columns of their own
SHORTEST_TARGET = 8
LONGEST_LINE = 1000  # characters of one header that are shown
LONGEST_WHOLE = 2000  # characters of a target that is not cut
RAW_SHOWN = 60  # characters of bytes that nobody could read

ENDS = ("cut", "head-cut", "no-answer")  # notes about what never came
_STYLES = {1: "cyan", 2: "green", 3: "cyan", 4: "yellow", 5: "red"}
_SENDERS: dict[Side, tuple[str, str]] = {"client": ("  > ", "cyan"), "server": ("  < ", "magenta")}


def draw_exchange(
    exchange: Exchange,
    width: int,
    *,
    whole: bool = False,
    by: str = "",
    goes_on: bool = False,
    took: str | None = None,
) -> Text:
    """Return the line of an exchange: method, target, status, type, bytes of the body, milliseconds.

    It fits `width` columns, with the target cut in its middle where need be; with `whole` nothing is cut. `by` names
    who had it, where that is worth saying; `goes_on`: its body is still to come; `took`: instead of the time.
    """
    request, response = exchange.request, exchange.response
    status = "—" if response is None else ("?" if response.status is None else f"{response.status:03d}")
    style = "red" if response is None or response.status is None else _STYLES.get(response.status // 100, "red")
    method = "" if request is None else safe(request.method, LONGEST_WHOLE)
    target = "(no request)" if request is None else safe(request.target, LONGEST_WHOLE)
    kind = "" if response is None else _type(response)
    size = "" if response is None else "…" if goes_on else size_of(response.body_size)
    if took is None:
        took = "" if exchange.milliseconds is None else time_of(exchange.milliseconds)
    typed = TYPE + 1 if width >= NARROW else 0
    end = f"{size:>{BYTES}} {took:>{TIME}}" if width >= NARROWER else f"{size} {took}"
    end += f" {safe(by)}" if by else ""
    room = max(SHORTEST_TARGET, width - (METHOD + 1 + 1 + STATUS + 1 + typed + len(end)))
    line = Text(no_wrap=whole, overflow="ignore" if whole else "fold")
    line.append(f"{method if whole else cut(method, METHOD):<{METHOD}} ", style="bold")
    line.append(f"{target if whole else cut(target, room):<{room}} ", style="bold")
    line.append(f"{status:<{STATUS}} ", style=f"bold {style}")
    if typed:
        line.append(f"{kind if whole else cut(kind, TYPE):<{TYPE}} ")
    return line.append(end, style="dim")


def draw_heads(exchange: Exchange) -> list[Text]:
    r"""Return the request's head and the answer's, line by line, as they were sent: `  > GET / HTTP/1.1\r\n`."""
    lines: list[Text] = []
    if exchange.request is not None:
        lines += _head(exchange.request.head, "client")
    if exchange.response is not None:
        lines += _head(exchange.response.head, "server")
    return lines


def draw_body(body: bytes, size: int, side: Side, most_lines: int) -> list[Text]:
    """Return the beginning of a body, at most `most_lines`; `size` bytes of it passed, `body` is what was kept."""
    if not body:
        return []
    mark, style = _SENDERS[side]
    rows = body[: LONGEST_LINE * most_lines].split(b"\n")
    lines = [Text(f"{mark}{safe(row, LONGEST_LINE)}", style=style) for row in rows[:most_lines]]
    shown = len(b"\n".join(rows[:most_lines])) + (len(rows) > most_lines)  # the last line end too
    if len(lines) > 1 and not rows[len(lines) - 1]:
        lines.pop()  # behind the last line end there is nothing to show
    if shown < size:
        lines.append(Text(f"{mark}… ({size:,} bytes in all)", style="dim"))
    return lines


def draw_remarks(exchange: Exchange) -> list[Text]:
    """Return what is odd about an exchange, a line each; mostly nothing."""
    lines = [_draw_remark(note) for note in exchange.notes if is_odd(note)]
    response = exchange.response
    if response is not None and response.ended_by == "cut" and not any(note.code in ENDS for note in exchange.notes):
        of = promised(response.head)
        lines.append(
            Text(f"  ! the answer was cut: {response.body_size:,} bytes{of} came before the end", style="yellow")
        )
    return lines


def _draw_remark(note: Note) -> Text:
    mark = "!" if note.code in ENDS else "·"
    return Text(f"  {mark} {safe(note.text, LONGEST_LINE)} ({safe(note.source, LONGEST_LINE)})", style="yellow")


def draw_unanswered(sight: Unanswered, width: int, *, whole: bool = False, by: str = "") -> list[Text]:
    """Return the line of a request that nobody answered, and what is odd about it."""
    lines = [draw_exchange(sight.exchange, width, whole=whole, by=by), *draw_remarks(sight.exchange)]
    return lines if is_said(sight.exchange) else [*lines, draw_no_answer()]


def is_said(exchange: Exchange) -> bool:
    """Whether its notes say that it had no answer, and how that came; those of an older trace do not."""
    return "no-answer" in {note.code for note in exchange.notes}


def draw_no_answer() -> Text:
    """Return the line of a request that nobody answered, where nothing says more."""
    return Text("  ! the connection ended before any answer", style="yellow")


def draw_unreadable(sight: Unreadable, width: int, *, whole: bool = False) -> list[Text]:
    """Return what was sent that can't be read as HTTP/1.x, and why."""
    who = "the client" if sight.side == "client" else "the server"
    lines = [] if sight.exchange is None else [draw_exchange(sight.exchange, width, whole=whole)]
    lines.append(Text(f"  ! {who} sent what can't be read as HTTP/1: {safe(sight.why, LONGEST_LINE)}", style="yellow"))
    mark, style = _SENDERS[sight.side]
    if sight.raw:
        lines.append(Text(f"{mark}{safe(sight.raw, RAW_SHOWN)}", style=style))
    return lines


def draw_interim(sight: Interim) -> Text:
    """Return the line of a 1xx answer, after which the real one comes (RFC 9110 15.2)."""
    return Text(f"  · {safe(sight.response.head.first_line, LONGEST_LINE)}: the answer follows", style="cyan")


def draw_refused(why: str) -> Text:
    """Return the line of a client that could not be brought to the target."""
    return Text(f"  ! a client was turned away: {safe(why, LONGEST_LINE)}", style="yellow")


def draw_silent() -> Text:
    """Return the line of a connection that ended before a byte was sent."""
    return Text("  · a client connected, said nothing and hung up", style="dim")


def draw_slip(slip: Exception) -> Text:
    """Return the line of something that a mistake of ours keeps from being shown."""
    why = safe(f"{type(slip).__name__}: {slip}", LONGEST_LINE)
    return Text(f"  ! something passed that can't be shown, by a mistake in stackwalk ({why})", style="yellow")


def draw_missed(count: int) -> Text:
    """Return the line of what went by too fast to be seen."""
    return Text(f"… {count:,} more went by too fast to be seen; all were passed on", style="dim")


def size_of(count: int) -> str:
    """Return a number of bytes in at most 10 columns.

    >>> size_of(11), size_of(123_456), size_of(12_345_678_901)
    ('11 B', '123,456 B', '12.3 GB')
    """
    if count < 1_000_000:
        return f"{count:,} B"
    unit, value = ("MB", count / 1e6) if count < 1_000_000_000 else ("GB", count / 1e9)
    return f"{value:,.1f} {unit}"


def time_of(milliseconds: float) -> str:
    """Return a time in at most 10 columns.

    >>> time_of(0.834), time_of(12.3), time_of(61_500)
    ('0.8 ms', '12.3 ms', '61.5 s')
    """
    return f"{milliseconds:,.1f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:,.1f} s"


def cut(text: str, room: int) -> str:
    """Return a text that fits, its middle left out: both ends of a path tell most.

    >>> cut("/static/pictures/cat.jpg", 12)
    '/stati…t.jpg'
    """
    if len(text) <= room:
        return text
    end = (room - 1) // 2
    return f"{text[: room - 1 - end]}…{text[len(text) - end :]}"


def _type(response: Response) -> str:
    value = response.head.header("content-type")
    return "" if value is None else safe(value.partition(b";")[0].strip(), LONGEST_LINE)


def _head(head: Head, side: Side) -> list[Text]:
    mark, style = _SENDERS[side]
    return [Text(f"{mark}{safe(line, LONGEST_LINE)}", style=style) for line in _lines_of(head.raw)]


def _lines_of(raw: bytes) -> list[bytes]:
    lines = raw.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
