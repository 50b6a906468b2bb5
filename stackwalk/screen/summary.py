"""Draw what a trace has counted."""

from rich.text import Text

from stackwalk.screen.exchanges import cut, size_of, time_of
from stackwalk.screen.safe import safe
from stackwalk.wire.tally import Tally

LONGEST_TARGET = 60
LONGEST_METHOD = 20


def draw_summary(tally: Tally, seconds: float) -> Text:
    """Return a few lines: how many exchanges and bytes, which statuses, what went wrong, which was the slowest."""
    lines = [f"{count_of(tally.exchanges, 'exchange')} in {seconds:,.1f} s"]
    if tally.statuses:
        each = ", ".join(f"{count:,} × {status:03d}" for status, count in sorted(tally.statuses.items()))
        lines[0] += f": {each}; {size_of(tally.body_bytes)} of bodies"
    lines[0] += "."
    if tally.connections:
        bytes_each_way = f"{size_of(tally.asked_bytes)} asked, {size_of(tally.answered_bytes)} answered"
        lines.append(f"{count_of(tally.connections, 'connection')}; {bytes_each_way}, heads and bodies.")
    if tally.frames:
        lines.append(f"{count_of(tally.frames, 'WebSocket frame')}.")
    if tally.events:
        lines.append(f"{count_of(tally.events, 'event')} of streams.")
    troubles = [
        (tally.unanswered, "request", "had no answer"),
        (tally.unreadable, "connection", "carried what can't be read as HTTP/1"),
        (tally.refused, "client", "found nobody at the target"),
    ]
    lines += [f"{count_of(count, what)} {end}." for count, what, end in troubles if count]
    slowest = tally.slowest
    if slowest is not None and slowest.request is not None and slowest.milliseconds is not None:
        method = safe(slowest.request.method, LONGEST_METHOD)
        target = cut(safe(slowest.request.target, 2 * LONGEST_TARGET), LONGEST_TARGET)
        lines.append(f"The slowest: {method} {target}, {time_of(slowest.milliseconds)}.")
    if tally.missed:
        lines.append(f"{count_of(tally.missed, 'event')} went by too fast to be seen and counted here.")
    return Text("\n".join(lines))


def count_of(count: int, what: str) -> str:
    """Return a number with its noun.

    >>> count_of(1, "exchange"), count_of(2000, "exchange")
    ('1 exchange', '2,000 exchanges')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
