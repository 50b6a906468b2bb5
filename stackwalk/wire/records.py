"""What `trace --json` prints and `--save` keeps: a line of JSON for each exchange, and back. Pure.

`docs/trace.schema.json` describes the lines. Bytes are base64 in fields whose names end in `_b64`; times are
seconds since 1970, rounded to a microsecond.
"""

import json
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from stackwalk.wire.lines import event_fields, event_of, frame_fields, frame_of
from stackwalk.wire.message import Chunks, EndedBy, Exchange, Head, Note, Request, Response, Side, read_head
from stackwalk.wire.sight import Answered, Begun, Framed, Missed, Refused, Sight, Streamed, Unanswered, Unreadable

FORMAT = 1
MOST_DIGITS = 6  # behind the point: microseconds
LARGEST = 2**63 - 1  # number of anything: beyond it are none that passed
ENDINGS: tuple[EndedBy, ...] = ("length", "chunked", "close", "none", "cut")
BODY = b'"body_b64":"'  # before each body in a line; nowhere else, for a quote within a string has a \\ before it
Fields = dict[str, Any]
Outcome = Literal["answered", "unanswered", "unreadable", "begun"]


def record_line(sight: Sight, epoch: float, notes: tuple[Note, ...] | None = None) -> bytes | None:
    """A sight as a line of ASCII, its newline included; None: there is no record of such a thing.

    `epoch`: seconds from 1970 to the zero of the sights' clock. `notes`: instead of the exchange's own.
    """
    fields = _fields(sight, epoch, notes)
    if fields is None:
        return None
    return json.dumps({"format": FORMAT, **fields}, separators=(",", ":")).encode("ascii") + b"\n"


def with_hop(piece: bytes, hop: str) -> bytes:
    """The first piece of a record's line with the name of the hop on which it was; any other piece as it is."""
    return piece.replace(b'{"format"', b'{"hop":%b,"format"' % json.dumps(hop).encode("ascii"), 1)


def record_pieces(sight: Sight, epoch: float, notes: tuple[Note, ...] | None = None) -> Iterator[bytes]:
    """The same line in pieces, with long bodies whole; no piece: there is no record of such a thing."""
    line = record_line(sight, epoch, notes)
    if line is None:
        return
    exchange = sight.exchange if isinstance(sight, Answered | Unanswered | Unreadable) else None
    said = () if exchange is None else tuple(one for one in (exchange.request, exchange.response) if one is not None)
    if all(one.whole is None for one in said):
        yield line
        return
    begin, *parts = line.split(BODY)
    yield begin
    for one, part in zip(said, parts, strict=True):
        yield BODY
        if one.whole is None:
            yield part
        else:
            yield from one.whole()
            yield part[part.index(b'"') :]


def read_record(line: bytes) -> Sight:
    """What a line tells, with times in seconds since 1970; ValueError where it tells nothing that is known."""
    try:
        fields = json.loads(line)
        if fields["format"] != FORMAT:
            raise ValueError(f"format {fields['format']!r:.20}")
        return _sight(fields)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError, Error) as problem:
        raise ValueError(f"not a record: {line[:80]!r}") from problem


def iso_time(at: float) -> str:
    """Seconds since 1970 as a date and time of RFC 3339, UTC.

    >>> iso_time(0.25)
    '1970-01-01T00:00:00.250000Z'
    """
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _fields(sight: Sight, epoch: float, notes: tuple[Note, ...] | None) -> Fields | None:
    at = _wall(sight.at, epoch)
    match sight:
        case Answered(exchange=exchange):
            return _exchange_fields(exchange, "answered", at, epoch, notes)
        case Unanswered(exchange=exchange):
            return _exchange_fields(exchange, "unanswered", at, epoch, notes)
        case Unreadable(exchange=exchange):
            fields = (
                {"record": "unreadable", "connection": sight.connection, "at": at}
                if exchange is None
                else _exchange_fields(exchange, "unreadable", at, epoch, notes)
            )
            return {**fields, "side": sight.side, "why": sight.why, "raw_b64": _text(sight.raw)}
        case Framed(side=side, frame=frame):
            fields = {"record": "frame", "connection": sight.connection, "at": at, "side": side, "kind": frame.kind}
            return {**fields, **frame_fields(frame)}
        case Begun(exchange=exchange):
            return _exchange_fields(exchange, "begun", at, epoch, notes) | {"record": "stream"}
        case Streamed(number=number, event=event):
            fields = {"record": "event", "connection": sight.connection, "at": at, "number": number}
            return {**fields, **event_fields(event)}
        case Refused(why=why):
            return {"record": "refused", "connection": sight.connection, "at": at, "why": why}
        case Missed(count=count):
            return {"record": "missed", "connection": sight.connection, "at": at, "count": count}
    return None


def _exchange_fields(
    exchange: Exchange, outcome: Outcome, at: float | None, epoch: float, notes: tuple[Note, ...] | None
) -> Fields:
    request, response = exchange.request, exchange.response
    times = {
        "opened": _wall(exchange.opened_at, epoch),
        "reached": _wall(exchange.reached_at, epoch),
        "asked": _wall(exchange.asked_at, epoch),
        "request_done": _wall(exchange.request_done_at, epoch),
        "answered": _wall(exchange.answered_at, epoch),
        "done": _wall(exchange.done_at, epoch),
    }
    asked, done = times["asked"], times["done"]
    began = next((time for time in (asked, *times.values(), at) if time is not None), 0.0)
    took = None if asked is None or done is None else max(0.0, (done - asked) * 1000)
    return {
        "record": "exchange",
        "outcome": outcome,
        "started": iso_time(began),
        "connection": exchange.connection,
        "number": exchange.number,
        "method": None if request is None else request.method,
        "target": None if request is None else request.target,
        "status": None if response is None else response.status,
        "milliseconds": None if took is None else round(took, 3),
        "at": at,
        "times": times,
        "request": None if request is None else message_fields(request),
        "response": None if response is None else {**message_fields(response), "ended_by": response.ended_by},
        "notes": [
            {"code": note.code, "text": note.text, "source": note.source}
            for note in (exchange.notes if notes is None else notes)
        ],
    }


def message_fields(said: Request | Response) -> Fields:
    """What a record tells of a message."""
    return {
        "first_line": said.head.first_line.decode("latin-1"),
        "headers": _headers(said.head),
        "head_b64": _text(said.head.raw),
        "body_b64": _text(said.body),
        "body_size": said.body_size,
        "chunks": None if said.chunks is None else {"count": said.chunks.count, "sizes": list(said.chunks.sizes)},
    }


def _headers(head: Head) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in head.headers]


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _wall(at: float | None, epoch: float) -> float | None:
    return None if at is None else round(at + epoch, MOST_DIGITS)


def _sight(fields: Fields) -> Sight:
    connection, at = _number(fields["connection"]), _moment(fields["at"])
    record = fields["record"]
    if record == "refused":
        return Refused(connection, at, _string(fields["why"]))
    if record == "missed":
        return Missed(connection, at, _number(fields["count"]))
    if record == "frame":
        frame = frame_of(fields)
        if not isinstance(frame.is_final, bool) or not isinstance(frame.is_packed, bool):
            raise TypeError(frame)
        _number(frame.opcode), _number(frame.size)
        return Framed(connection, at, _side(fields["side"]), frame)
    if record == "unreadable":
        return Unreadable(connection, at, _side(fields["side"]), _string(fields["why"]), a2b_base64(fields["raw_b64"]))
    if record == "event":
        _number(fields["size"])
        return Streamed(connection, at, _number(fields["number"]), event_of(fields))
    if record not in ("exchange", "stream"):
        raise KeyError(record)
    exchange = _exchange(fields)
    if record == "stream":
        return Begun(connection, at, exchange)
    outcome = fields["outcome"]
    if outcome == "unreadable":
        raw = a2b_base64(fields["raw_b64"])
        return Unreadable(connection, at, _side(fields["side"]), _string(fields["why"]), raw, exchange)
    if outcome not in ("answered", "unanswered"):
        raise KeyError(outcome)
    return Answered(connection, at, exchange) if outcome == "answered" else Unanswered(connection, at, exchange)


def _exchange(fields: Fields) -> Exchange:
    times = fields["times"]
    asked, request_done, answered, done = (
        None if times[name] is None else _moment(times[name]) for name in ("asked", "request_done", "answered", "done")
    )
    opened, reached = (None if times.get(name) is None else _moment(times[name]) for name in ("opened", "reached"))
    return Exchange(
        _number(fields["number"]),
        _number(fields["connection"]),
        None if fields["request"] is None else _request(fields["request"]),
        None if fields["response"] is None else _response(fields["response"]),
        asked,
        request_done,
        answered,
        done,
        tuple(Note(_string(note["code"]), _string(note["text"]), _string(note["source"])) for note in fields["notes"]),
        opened,
        reached,
    )


def _request(fields: Fields) -> Request:
    head, body = read_head(a2b_base64(fields["head_b64"])), a2b_base64(fields["body_b64"])
    return Request(head, body, _number(fields["body_size"]), _chunks(fields["chunks"]))


def _response(fields: Fields) -> Response:
    head, body = read_head(a2b_base64(fields["head_b64"])), a2b_base64(fields["body_b64"])
    if fields["ended_by"] not in ENDINGS:
        raise KeyError(fields["ended_by"])
    return Response(head, body, _number(fields["body_size"]), fields["ended_by"], _chunks(fields["chunks"]))


def _chunks(fields: Fields | None) -> Chunks | None:
    if fields is None:
        return None
    return Chunks(_number(fields["count"]), tuple(_number(size) for size in fields["sizes"]))


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    raise TypeError(value)


def _moment(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11:
        return float(value)
    raise TypeError(value)


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(value)


def _side(value: object) -> Side:
    if value == "client":
        return "client"
    if value == "server":
        return "server"
    raise TypeError(value)
