"""What bodies hold."""

import re
from dataclasses import replace

from stackwalk.wire.content import (
    Unpacked,
    codec_of,
    count_fields,
    form_fields,
    is_json,
    media_type,
    parameter,
    text_of,
    unpack,
)
from stackwalk.wire.events import EventReader
from stackwalk.wire.explain.words import NAMES_SHOWN, is_whole_head, many, short, sides, value_of, whole_sides
from stackwalk.wire.message import Exchange, read_head

FORM = "application/x-www-form-urlencoded"
PART_HEAD = 4096  # bytes in which a part says its name
EVENTS_READ = 256 * 1024  # bytes of a stream whose events are counted


def compressed(exchange: Exchange) -> str | None:
    for who, said in sides(exchange):
        unpacked = unpack(said)
        if unpacked.coding and said.body_size and unpacked.fault is None:
            size = f"{len(unpacked.data):,}{'' if unpacked.is_whole else ' or more'} bytes"
            return f"{unpacked.coding}: the {who} sent {said.body_size:,} bytes for {size}"
    return None


def badly_compressed(exchange: Exchange) -> str | None:
    for who, said in whole_sides(exchange):
        unpacked = unpack(said)
        if unpacked.is_broken:
            return f"the {who}'s body can't be unpacked: {unpacked.fault}"
        if not unpacked.has_end and len(said.body) == said.body_size:
            return f"the {who}'s body stops in the middle of its {unpacked.coding}"
    return None


def form(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or media_type(request.head) != FORM or (unpacked := _form(exchange)) is None:
        return None
    text = unpacked.data.decode("utf-8", "replace")
    count, names = count_fields(text), [name for name, _ in form_fields(text)]
    if not unpacked.is_whole:
        del names[count - 1 :]  # the last may be cut
    return _fields(count, "field", names, unpacked.is_whole)


def multipart(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or media_type(request.head) != "multipart/form-data" or (unpacked := _form(exchange)) is None:
        return None
    boundary = parameter(request.head, "content-type", "boundary")
    if not boundary:
        return None
    border = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary.encode("latin-1")) + rb"(--)?[ \t]*(?=\r?\n|$)")
    borders = list(border.finditer(unpacked.data))
    starts = [found.end() for found in borders if not found[1]]
    has_end = any(found[1] for found in borders)
    names = [_name(unpacked.data[start : start + PART_HEAD]) for start in starts[:NAMES_SHOWN]]
    return (
        _fields(len(starts), "part", [name for name in names if name], has_end or unpacked.is_whole) if starts else None
    )


def _form(exchange: Exchange) -> Unpacked | None:
    """A request's body, unpacked; None: there is none that could be."""
    request = exchange.request
    unpacked = None if request is None else unpack(request)
    if unpacked is None or unpacked.fault is not None or not unpacked.data:
        return None
    return replace(unpacked, is_whole=unpacked.is_whole and exchange.request_done_at is not None)


def _fields(count: int, what: str, names: list[str], is_whole: bool) -> str:
    shown = [short(name) for name in names]
    more = f" and {count - NAMES_SHOWN:,} more" if count > NAMES_SHOWN else ""
    listed = f": {', '.join(shown[:NAMES_SHOWN])}{more}" if shown else ""
    return f"a form with {'' if is_whole else 'at least '}{many(count, what)}{listed}"


def _name(part: bytes) -> str:
    """The name that a part of a form says it has (RFC 7578 4.2), in UTF-8 (5.1)."""
    lines, end, _ = part.partition(b"\r\n\r\n") if b"\r\n\r\n" in part else part.partition(b"\n\n")
    if not end:
        return ""  # it may be cut
    head = read_head(lines)
    name = parameter(head, "content-disposition", "name") or ""
    return name.encode("latin-1").decode("utf-8", "replace")


def bad_json(exchange: Exchange) -> str | None:
    for who, said in whole_sides(exchange):
        if not media_type(said.head).endswith(("/json", "+json")) or not said.body:
            continue
        unpacked = unpack(said)
        if unpacked.is_whole and unpacked.fault is None:
            text = text_of(said.head, unpacked.data)
            if text is None or is_json(text.removeprefix("\ufeff")) is False:
                return f"the {who} calls its body JSON, and it is none"
    return None


def charset(exchange: Exchange) -> str | None:
    for who, said in sides(exchange):
        charset = parameter(said.head, "content-type", "charset")
        if charset and codec_of(charset) not in (None, "utf-8", "ascii"):
            return f"the {who}'s text is in {short(charset)}, not UTF-8"
    return None


def unknown_charset(exchange: Exchange) -> str | None:
    for who, said in sides(exchange):
        charset = parameter(said.head, "content-type", "charset")
        if charset and codec_of(charset) is None:
            return f"the {who} names a charset that is not known here: {short(charset)}"
    return None


def no_type(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or not response.body_size or not is_whole_head(response.head):
        return None
    if response.head.header("content-type") is not None:
        return None
    return "no Content-Type says what the answer's body is: the client has to guess"


def events(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or media_type(response.head) != "text/event-stream":
        return None
    unpacked = unpack(response)
    data = b"" if unpacked.fault is not None else unpacked.data[:EVENTS_READ]
    count = len(EventReader(0).feed(data))
    if not count:
        return "a stream of events, each ended by an empty line"
    more = "" if unpacked.is_whole and len(data) == len(unpacked.data) else " or more"
    return f"a stream of {many(count, 'event')}{more}, each ended by an empty line"


def preflight(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or request.method != "OPTIONS":
        return None
    method = value_of(request.head, "access-control-request-method")
    origin = value_of(request.head, "origin")
    return f"a browser asks first whether {origin or 'another site'} may send {method}" if method else None
