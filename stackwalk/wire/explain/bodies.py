"""What bodies hold."""

import re

from stackwalk.wire.content import (
    codec_of,
    form_fields,
    is_json,
    media_type,
    parameter,
    text_of,
    unpack,
)
from stackwalk.wire.explain.words import many, names_of, short, sides, value_of
from stackwalk.wire.message import Exchange

FORM = "application/x-www-form-urlencoded"


def compressed(exchange: Exchange) -> str | None:
    for who, said in sides(exchange):
        unpacked = unpack(said)
        if unpacked.coding and said.body_size and unpacked.fault is None:
            size = f"{len(unpacked.data):,}{'' if unpacked.is_whole else ' or more'} bytes"
            return f"{unpacked.coding}: the {who} sent {said.body_size:,} bytes for {size}"
    return None


def badly_compressed(exchange: Exchange) -> str | None:
    for who, said in sides(exchange):
        fault = unpack(said).fault
        if fault is not None and fault.startswith("it is not"):
            return f"the {who}'s body can't be unpacked: {fault}"
    return None


def form(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or media_type(request.head) != FORM or not request.body:
        return None
    names = [short(name) for name, _ in form_fields(request.body.decode("latin-1"))]
    return f"a form with {many(len(names), 'field')}: {names_of(names)}"


def multipart(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or media_type(request.head) != "multipart/form-data":
        return None
    found = re.findall(rb'(?i)content-disposition:[^\r\n]*?;[ \t]*name="?([^"\r\n;]*)', request.body)
    return f"a form with {many(len(found), 'part')}: {names_of([short(name) for name in found])}" if found else None


def bad_json(exchange: Exchange) -> str | None:
    for who, said in sides(exchange):
        if not media_type(said.head).endswith(("/json", "+json")) or not said.body:
            continue
        unpacked = unpack(said)
        if unpacked.is_whole and unpacked.fault is None:
            text = text_of(said.head, unpacked.data)
            if text is None or not is_json(text):
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
    if response is None or not response.body_size or response.head.header("content-type") is not None:
        return None
    return "no Content-Type says what the answer's body is: the client has to guess"


def events(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or media_type(response.head) != "text/event-stream":
        return None
    if not response.body_size:
        return "a stream of events, each ended by an empty line"
    blocks = re.split(rb"(?:\r\n|\r|\n){2}", unpack(response).data)
    events = sum(1 for block in blocks if re.search(rb"(?m)^data", block))
    more = "" if len(response.body) == response.body_size else " or more"
    return f"a stream of {many(events, 'event')}{more}, each ended by an empty line"


def preflight(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or request.method != "OPTIONS":
        return None
    method = value_of(request.head, "access-control-request-method")
    origin = value_of(request.head, "origin")
    return f"a browser asks first whether {origin or 'another site'} may send {method}" if method else None
