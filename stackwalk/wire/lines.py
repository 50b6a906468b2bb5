"""Sights as JSON, a line each, and back: what the feed carries.

Bytes are base64 in fields whose names end in `_b64`. Of a head only its bytes travel; the rest is read from them.
"""

import json
import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from stackwalk.wire.events import Event
from stackwalk.wire.frames import Frame
from stackwalk.wire.message import Chunks, Exchange, Head, Note, Request, Response, Side, read_head
from stackwalk.wire.sight import (
    Answered,
    Asked,
    Begun,
    Closed,
    Framed,
    Interim,
    Joined,
    Missed,
    Opened,
    Piece,
    Refused,
    Sight,
    Streamed,
    Unanswered,
    Unreadable,
)

Fields = dict[str, Any]
SHORT = 2048  # characters; of shorter heads it is remembered what they are
REMEMBERED = 512  # such heads; of all that come, most have come before
BEGIN, HOP, HOPS = b'{"sight"', b'{"hop":', b'{"hops":'
CONNECTION = re.compile(rb'\{"sight":"[a-z]+","connection":([0-9]+)')
OPENED = b'{"sight":"opened","connection":%d,"at":%r,"client":%b}\n'
PIECE = b'{"sight":"piece","connection":%d,"at":%r,"number":%d,"side":"%b","begin":%d,"data_b64":"%b"}\n'
CLOSED = b'{"sight":"closed","connection":%d,"at":%r,"by":%b,"reset":%b,"client_bytes":%d,"server_bytes":%d}\n'


PIECE_BEGINS = b'{"sight":"piece",'
PIECE_HEAD = re.compile(
    rb'\{"sight":"piece","connection":(\d+),"at":[^,]+,"number":(\d+),"side":"(client|server)","begin":(\d+),"data_b64":"'
)


def to_line(sight: Sight) -> bytes:
    """A sight as one line of ASCII, its newline included."""
    # Every connection has these two: so they are made in a third of the time.
    if isinstance(sight, Opened):
        return OPENED % (sight.connection, sight.at, json.dumps(sight.client).encode("ascii"))
    if isinstance(sight, Closed):
        by, reset = json.dumps(sight.by).encode("ascii"), b"true" if sight.reset else b"false"
        return CLOSED % (sight.connection, sight.at, by, reset, sight.client_bytes, sight.server_bytes)
    if isinstance(sight, Piece):
        data = b2a_base64(sight.data, newline=False)
        return PIECE % (sight.connection, sight.at, sight.number, sight.side.encode("ascii"), sight.begin, data)
    fields: Fields = {
        "sight": type(sight).__name__.lower(),
        "connection": sight.connection,
        "at": sight.at,
        **_own_fields(sight),
    }
    return json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"


def from_line(line: bytes) -> Sight:
    """The sight that a line tells; ValueError where it tells none."""
    try:
        fields = json.loads(line)
        return _MAKERS[fields["sight"]](fields)
    except (KeyError, TypeError, AttributeError, Error) as problem:
        raise ValueError(f"not a sight: {line[:80]!r}") from problem


def on_hop(hop: str, lines: bytes) -> bytes:
    """The lines of sights at one of several doors: the name of the hop stands first in each."""
    # A quote within a text is escaped in JSON, so nothing but the beginning of a line has these bytes.
    return lines.replace(BEGIN, _begin_on(hop))


@lru_cache
def _begin_on(hop: str) -> bytes:
    return b'{"hop":%b,"sight"' % json.dumps(hop).encode("ascii")


def hops_line(hops: Iterable[str]) -> bytes:
    """What somebody who begins to look on is told first: the doors of the tap, by name."""
    return b'{"hops":%b}\n' % json.dumps(list(hops)).encode("ascii")


def hops_of(line: bytes) -> tuple[str, ...] | None:
    """The doors that a `hops_line` names. None: it is another line.

    >>> hops_of(b'{"hops":["nginx"]}')
    ('nginx',)
    """
    return tuple(map(str, json.loads(line)["hops"])) if line.startswith(HOPS) else None


def without_hop(line: bytes) -> tuple[str, bytes]:
    """The hop that a line names ("" where its tap has one door alone), and the line without it.

    >>> without_hop(b'{"hop":"nginx","sight":"refused"}')
    ('nginx', b'{"sight":"refused"}')
    """
    if not line.startswith(HOP):
        return "", line
    begin = line.index(b',"sight"')
    return str(json.loads(line[len(HOP) : begin])), b"{" + line[begin + 1 :]


def connection_of(line: bytes) -> int:
    """The connection that a line is of; 0 where it names none."""
    found = CONNECTION.match(line)
    return 0 if found is None else int(found[1])


def encoded_piece(line: bytes) -> tuple[tuple[int, int, Side], int, bytes] | None:
    """Of the line of a `Piece`: connection, number and side, where it begins, and its bytes, base64 still; None:
    it is no such line."""
    found = PIECE_HEAD.match(line)
    if found is None:
        return None
    connection, number, side, begin = found.groups()
    key: tuple[int, int, Side] = (int(connection), int(number), "client" if side == b"client" else "server")
    return key, int(begin), line[found.end() : line.rindex(b'"')]


def _own_fields(
    sight: Joined | Asked | Framed | Interim | Answered | Unanswered | Unreadable | Begun | Streamed | Refused | Missed,
) -> Fields:
    match sight:
        case Joined():
            return {"port": sight.port}
        case Asked():
            return {"number": sight.number, "request": _request_fields(sight.request)}
        case Interim():
            return {"response": _response_fields(sight.response)}
        case Answered() | Unanswered() | Begun():
            return {"exchange": _exchange_fields(sight.exchange)}
        case Unreadable():
            return {
                "side": sight.side,
                "why": sight.why,
                "raw_b64": _text(sight.raw),
                "exchange": None if sight.exchange is None else _exchange_fields(sight.exchange),
            }
        case Framed():
            return {"side": sight.side, **frame_fields(sight.frame)}
        case Streamed():
            return {"number": sight.number, **event_fields(sight.event)}
        case Refused():
            return {"why": sight.why}
        case Missed():
            return {"count": sight.count}


def frame_fields(frame: Frame) -> Fields:
    """A frame's own fields."""
    return {
        "opcode": frame.opcode,
        "size": frame.size,
        "payload_b64": _text(frame.payload),
        "final": frame.is_final,
        "packed": frame.is_packed,
    }


def frame_of(fields: Fields) -> Frame:
    """The frame that they tell."""
    payload = a2b_base64(fields["payload_b64"])
    return Frame(fields["opcode"], fields["size"], payload, fields["final"], fields["packed"])


def event_fields(event: Event) -> Fields:
    """An event's own fields."""
    return {
        "name": event.name.decode("latin-1"),
        "id": None if event.id is None else event.id.decode("latin-1"),
        "size": event.size,
        "data_b64": _text(event.data),
    }


def event_of(fields: Fields) -> Event:
    """The event that they tell."""
    own = fields["id"]
    return Event(
        fields["name"].encode("latin-1"),
        a2b_base64(fields["data_b64"]),
        fields["size"],
        None if own is None else own.encode("latin-1"),
    )


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _request_fields(request: Request) -> Fields:
    return {
        "head_b64": _text(request.head.raw),
        "body_b64": _text(request.body),
        "body_size": request.body_size,
        "chunks": _chunk_fields(request.chunks),
    }


def _response_fields(response: Response) -> Fields:
    return {
        "head_b64": _text(response.head.raw),
        "body_b64": _text(response.body),
        "body_size": response.body_size,
        "ended_by": response.ended_by,
        "chunks": _chunk_fields(response.chunks),
    }


def _chunk_fields(chunks: Chunks | None) -> tuple[int, tuple[int, ...]] | None:
    return None if chunks is None else (chunks.count, chunks.sizes)


def _exchange_fields(exchange: Exchange) -> Fields:
    return {
        "number": exchange.number,
        "connection": exchange.connection,
        "request": None if exchange.request is None else _request_fields(exchange.request),
        "response": None if exchange.response is None else _response_fields(exchange.response),
        "asked_at": exchange.asked_at,
        "request_done_at": exchange.request_done_at,
        "answered_at": exchange.answered_at,
        "done_at": exchange.done_at,
        **_connecting(exchange),
        "notes": [[note.code, note.text, note.source] for note in exchange.notes],
    }


def _connecting(exchange: Exchange) -> Fields:
    if exchange.opened_at is None and exchange.reached_at is None:
        return {}
    return {"opened_at": exchange.opened_at, "reached_at": exchange.reached_at}


def _head(text: str) -> Head:
    return _remembered_head(text) if len(text) <= SHORT else read_head(a2b_base64(text))


@lru_cache(REMEMBERED)
def _remembered_head(text: str) -> Head:
    return read_head(a2b_base64(text))


def _request(fields: Fields) -> Request:
    head = _head(fields["head_b64"])
    return Request(head, a2b_base64(fields["body_b64"]), fields["body_size"], _chunks(fields.get("chunks")))


def _response(fields: Fields) -> Response:
    head = _head(fields["head_b64"])
    body, chunks = a2b_base64(fields["body_b64"]), _chunks(fields.get("chunks"))
    return Response(head, body, fields["body_size"], fields["ended_by"], chunks)


def _chunks(told: tuple[int, list[int]] | None) -> Chunks | None:
    return None if told is None else Chunks(told[0], tuple(told[1]))


def _exchange(fields: Fields) -> Exchange:
    return Exchange(
        fields["number"],
        fields["connection"],
        None if fields["request"] is None else _request(fields["request"]),
        None if fields["response"] is None else _response(fields["response"]),
        fields["asked_at"],
        fields["request_done_at"],
        fields["answered_at"],
        fields["done_at"],
        tuple(Note(code, text, source) for code, text, source in fields["notes"]),
        fields.get("opened_at"),
        fields.get("reached_at"),
    )


def _unreadable(fields: Fields) -> Unreadable:
    exchange = None if fields["exchange"] is None else _exchange(fields["exchange"])
    raw = a2b_base64(fields["raw_b64"])
    return Unreadable(fields["connection"], fields["at"], fields["side"], fields["why"], raw, exchange)


def _closed(fields: Fields) -> Closed:
    counts = fields["client_bytes"], fields["server_bytes"]
    return Closed(fields["connection"], fields["at"], fields["by"], fields["reset"], *counts)


_MAKERS: dict[str, Callable[[Fields], Sight]] = {
    "opened": lambda fields: Opened(fields["connection"], fields["at"], fields["client"]),
    "asked": lambda fields: Asked(fields["connection"], fields["at"], _request(fields["request"]), fields["number"]),
    "interim": lambda fields: Interim(fields["connection"], fields["at"], _response(fields["response"])),
    "answered": lambda fields: Answered(fields["connection"], fields["at"], _exchange(fields["exchange"])),
    "unanswered": lambda fields: Unanswered(fields["connection"], fields["at"], _exchange(fields["exchange"])),
    "begun": lambda fields: Begun(fields["connection"], fields["at"], _exchange(fields["exchange"])),
    "streamed": lambda fields: Streamed(fields["connection"], fields["at"], fields["number"], event_of(fields)),
    "unreadable": _unreadable,
    "framed": lambda fields: Framed(fields["connection"], fields["at"], fields["side"], frame_of(fields)),
    "piece": lambda fields: Piece(
        fields["connection"],
        fields["at"],
        fields["number"],
        fields["side"],
        fields["begin"],
        a2b_base64(fields["data_b64"]),
    ),
    "closed": _closed,
    "joined": lambda fields: Joined(fields["connection"], fields["at"], fields["port"]),
    "refused": lambda fields: Refused(fields["connection"], fields["at"], fields["why"]),
    "missed": lambda fields: Missed(fields["connection"], fields["at"], fields["count"]),
}
