"""Words that explanations are made of."""

import re

from stackwalk.wire.message import Exchange, Head, Request, Response

NAMES_SHOWN = 5  # of cookies, of fields
LONGEST = 60  # characters of a value from the wire
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CLOCK = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})")
DAY = re.compile(r"\b(\d{1,2})[ -]([a-z]{3})[a-z]{0,6}[ -](\d{4}|\d{2})\b")
ASCTIME = re.compile(r"\b([a-z]{3}) {1,2}(\d{1,2}) [\d:]{5,8} (\d{4})\b")

Moment = tuple[int, int, int, int, int, int]  # year, month, day, hour, minute, second


def sides(exchange: Exchange) -> list[tuple[str, Request | Response]]:
    sides = (("client", exchange.request), ("server", exchange.response))
    return [(who, said) for who, said in sides if said is not None]


def tokens(head: Head, name: str) -> set[bytes]:
    return {part.strip().lower() for value in head.every(name) for part in value.split(b",")}


def lengths_of(head: Head) -> set[bytes]:
    """What the Content-Lengths say, each once."""
    return {part.strip() for value in head.every("content-length") for part in value.split(b",")}


def value_of(head: Head, name: str) -> str | None:
    value = head.header(name)
    return None if value is None else short(value)


def short(value: str | bytes) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def names_of(names: list[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def whole_sides(exchange: Exchange) -> list[tuple[str, Request | Response]]:
    """Those whose bodies came to their ends: what another body is a part of can't be judged by it."""
    request, response = exchange.request, exchange.response
    is_part = response is None or response.ended_by == "cut" or response.status == 206
    return [
        *([] if request is None or exchange.request_done_at is None else [("client", request)]),
        *([] if is_part or response is None else [("server", response)]),
    ]


def is_whole_head(head: Head) -> bool:
    """Whether it came to its empty line: what is not in a part of one may have been to come."""
    return head.raw.endswith((b"\n\n", b"\n\r\n"))


def moment_of(text: str | None) -> Moment | None:
    """A date in any of the forms that HTTP has had (RFC 9110 5.6.7, RFC 6265 5.1.1), in an order that compares.

    >>> moment_of("Sun, 06 Nov 1994 08:49:37 GMT") == moment_of("Sun Nov  6 08:49:37 1994")
    True
    """
    words = (text or "")[:LONGEST].lower()
    clock, found = CLOCK.search(words), DAY.search(words)
    day, month, year = found.groups() if found is not None else ("", "", "")
    if found is None and (other := ASCTIME.search(words)) is not None:
        month, day, year = other.groups()
    if clock is None or month not in MONTHS:
        return None
    full = int(year) + (0 if len(year) > 2 else 2000 if int(year) < 70 else 1900)
    return full, MONTHS.index(month) + 1, int(day), int(clock[1]), int(clock[2]), int(clock[3])
