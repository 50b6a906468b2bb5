"""Exchanges as an HTTP Archive (HAR 1.2), which browsers' developer tools open, and back. Pure.

http://www.softwareishard.com/blog/har-12-spec/ is its description. Bodies are in it as browsers put them there: without
their Content-Encoding, text as text, anything else as base64.
"""

import codecs
import json
import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from stackwalk import __version__
from stackwalk.wire.content import form_fields, media_type, unpack
from stackwalk.wire.message import Exchange, Head, Note, Request, Response, Side, Whole, read_head
from stackwalk.wire.records import ENDINGS, LARGEST, iso_time
from stackwalk.wire.sight import Answered, Sight, Unanswered, Unreadable
from stackwalk.wire.timing import timing_of

Fields = dict[str, Any]
BEGIN = '{"log": {"version": "1.2", "creator": {"name": "stackwalk"'  # and END: by these one of ours is known
END = "\n]}}\n"
UNKNOWN = -1  # of a size or a time, in a HAR
NO_TYPE = "x-unknown"
FORM = "application/x-www-form-urlencoded"
NO_ANSWER = "the connection ended before any answer"
VERSIONS = {"h2": "HTTP/2", "h2c": "HTTP/2", "h3": "HTTP/3"}
QUERY_LIMIT = 200  # fields of a query
LATEST = 9e10  # seconds since 1970
LONGEST = 1e9  # seconds that anything took
# A text that no message can hold stands for a body that is put in later, and what JSON makes of it.
LATER = {"request": "\ud800request", "response": "\ud800response"}
PLACES = re.compile(r'"\\ud800(request|response)"')


def har_pieces(sights: Iterable[Sight], *, follows: str = "") -> Iterator[str]:
    """A HAR, piece by piece, of sights whose times are seconds since 1970. Answers that nobody asked for have no
    place in one.

    `follows`: the last character of a HAR of ours without its END, to which these are added.
    """
    if not follows:
        yield f'{BEGIN}, "version": "{__version__}"}}, "pages": [], "entries": ['
    separator = "\n" if follows in ("", "[") else ",\n"
    for sight in sights:
        entry = har_entry(sight)
        if entry is not None:
            yield separator
            yield from _entry_pieces(entry, sight)
            separator = ",\n"
    yield END


def _entry_pieces(entry: Fields, sight: Sight) -> Iterator[str]:
    """An entry as JSON; bodies that are not in memory pass through in pieces."""
    exchange = sight.exchange if isinstance(sight, Answered | Unanswered | Unreadable) else None
    wholes: dict[str, tuple[Whole, bool]] = {}
    if exchange is not None and exchange.request is not None and exchange.request.whole is not None:
        posted = entry["request"]["postData"]
        is_text = _is_text(exchange.request.whole)
        wholes["request"] = exchange.request.whole, is_text
        posted["text"] = LATER["request"]
        posted.pop("comment", None)
        posted.pop("params", None)
        posted.pop("_encoding", None)
        if not is_text:
            posted["_encoding"] = "base64"
    if exchange is not None and exchange.response is not None and exchange.response.whole is not None:
        content = entry["response"]["content"]
        if not unpack(exchange.response).coding:
            is_text = _is_text(exchange.response.whole)
            wholes["response"] = exchange.response.whole, is_text
            content["text"] = LATER["response"]
            content.pop("comment", None)
            content.pop("encoding", None)
            if not is_text:
                content["encoding"] = "base64"
    text = json.dumps(entry)
    place = 0
    for found in PLACES.finditer(text):
        if found[1] in wholes:
            whole, is_text = wholes[found[1]]
            yield f'{text[place : found.start()]}"'
            yield from _text_pieces(whole) if is_text else (piece.decode("ascii") for piece in whole())
            yield '"'
            place = found.end()
    yield text[place:]


def _is_text(whole: Whole) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in whole():
            decoder.decode(a2b_base64(piece))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _text_pieces(whole: Whole) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in whole():
        yield json.dumps(decoder.decode(a2b_base64(piece)))[1:-1]


def har_entry(sight: Sight) -> Fields | None:
    """The entry of an exchange; None: there is none for such a sight."""
    if not isinstance(sight, Answered | Unanswered | Unreadable) or sight.exchange is None:
        return None
    exchange = sight.exchange
    request = exchange.request
    if request is None:
        return None
    timing = timing_of(exchange)
    connect = None if timing.reached is None else _time(timing.reached)
    times = {
        "send": _time(timing.asked if timing.first_byte is None else min(timing.asked or 0.0, timing.first_byte)),
        "wait": _time(timing.waited),
        "receive": _time(timing.receiving),
    }
    entry: Fields = {
        # Connecting comes first: as if the request had been sent as soon as there was a connection.
        "startedDateTime": iso_time(
            (sight.at if exchange.asked_at is None else exchange.asked_at) - (connect or 0.0) / 1000
        ),
        "time": sum(times.values()) + (connect or 0.0),
        "request": _request(request),
        "response": _no_response() if exchange.response is None else _response(exchange.response),
        "cache": {},
        "timings": {
            "blocked": UNKNOWN,
            "dns": UNKNOWN,
            "connect": UNKNOWN if connect is None else connect,
            "ssl": UNKNOWN,
            **times,
        },
        "connection": str(exchange.connection),
        "_number": exchange.number,
        "_notes": [[note.code, note.text, note.source] for note in exchange.notes],
    }
    if isinstance(sight, Unanswered):
        entry["response"]["_error"] = NO_ANSWER
    elif isinstance(sight, Unreadable):
        entry["response"]["_error"] = f"can't be read as HTTP/1: {sight.why}"
        entry["_unreadable"] = {"side": sight.side, "why": sight.why, "raw_b64": _base64(sight.raw)}
    return entry


def read_har(log: object) -> Iterator[Sight | None]:
    """What a HAR tells, any tool's; None for an entry that can't be understood. ValueError: it is no HAR."""
    try:
        entries = log["log"]["entries"]  # type: ignore[index]
    except (KeyError, TypeError, IndexError) as problem:
        raise ValueError("no HAR") from problem
    if not isinstance(entries, list):
        raise ValueError("no HAR: its entries are no list")
    for place, entry in enumerate(entries, 1):
        try:
            yield _sight(entry, place)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError, Error):
            yield None


def _request(request: Request) -> Fields:
    target = request.target
    host = (request.head.header("host") or b"localhost").decode("latin-1")
    fields: Fields = {
        "method": request.method,
        "url": f"http://{host}{target}" if target.startswith("/") else _absolute(target, host),
        "httpVersion": request.version,
        "cookies": [
            {"name": name.strip(), "value": value}
            for header in request.head.every("cookie")
            for part in header.decode("latin-1").split(";")
            for name, _, value in [part.partition("=")]
        ],
        "headers": _headers(request.head),
        "queryString": [
            {"name": name, "value": value} for name, value in form_fields(target.partition("?")[2])[:QUERY_LIMIT]
        ],
        "headersSize": len(request.head.raw),
        "bodySize": request.body_size,
    }
    if _target_of(fields["url"]) != target:
        fields["_target"] = target  # no URL tells `*`, or whether a whole URL was asked for
    if request.body_size:
        fields["postData"] = _post_data(request)
    return fields


def _absolute(target: str, host: str) -> str:
    return target if "://" in target else f"http://{host}/{'' if target == '*' else target}"


def _post_data(request: Request) -> Fields:
    kind = (request.head.header("content-type") or b"").decode("latin-1")
    text, encoding = _text(request.body)
    fields: Fields = {"mimeType": kind, "text": text}
    if len(request.body) < request.body_size:
        fields["comment"] = _cut(len(request.body), request.body_size)
    if encoding:
        fields["_encoding"] = encoding
    elif media_type(request.head) == FORM:
        fields["params"] = [{"name": name, "value": value} for name, value in form_fields(text)]
    return fields


def _response(response: Response) -> Fields:
    unpacked = unpack(response)
    text, encoding = _text(unpacked.data)
    is_unpacked = bool(unpacked.coding) and unpacked.fault is None
    content: Fields = {
        "size": len(unpacked.data) if unpacked.is_whole or is_unpacked else response.body_size,
        "mimeType": (response.head.header("content-type") or NO_TYPE.encode()).decode("latin-1"),
        "text": text,
    }
    if not unpacked.is_whole:
        content["comment"] = _cut(len(unpacked.data), response.body_size, is_unpacked)
    if encoding:
        content["encoding"] = encoding
    if unpacked.coding:
        content["_packed_b64"] = _base64(response.body)  # as it passed
    if is_unpacked and unpacked.is_whole:
        content["compression"] = len(unpacked.data) - response.body_size
    return {
        "status": response.status or 0,
        "statusText": response.reason,
        "httpVersion": response.version,
        "cookies": [
            {"name": name.strip(), "value": value}
            for header in response.head.every("set-cookie")
            for name, _, value in [header.decode("latin-1").partition(";")[0].partition("=")]
        ],
        "headers": _headers(response.head),
        "content": content,
        "redirectURL": (response.head.header("location") or b"").decode("latin-1"),
        "headersSize": len(response.head.raw),
        "bodySize": response.body_size,
        "_ended_by": response.ended_by,
    }


def _cut(kept: int, size: int, is_unpacked: bool = False) -> str:
    return f"the first {kept:,} bytes {'of what was unpacked' if is_unpacked else 'alone'}; {size:,} bytes passed"


def _no_response() -> Fields:
    return {
        "status": 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": NO_TYPE},
        "redirectURL": "",
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }


def _headers(head: Head) -> list[dict[str, str]]:
    return [{"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in head.headers]


def _text(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _base64(data), "base64"


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _time(milliseconds: float | None) -> float:
    return 0.0 if milliseconds is None else round(milliseconds, 3)


def _sight(entry: Fields, place: int) -> Sight:
    asked, answer, timings = entry["request"], entry["response"], entry["timings"]
    opened = min(max(0.0, datetime.fromisoformat(entry["startedDateTime"]).timestamp()), LATEST)
    began = opened + _seconds(timings.get("connect"))
    sent = began + _seconds(timings["send"])
    answered = sent + _seconds(timings["wait"])
    done = answered + _seconds(timings["receive"])
    request = _read_request(asked)
    connection, number = _digits(entry.get("connection"), 0), _digits(entry.get("_number"), place)
    notes = tuple(Note(str(code), str(text), str(source)) for code, text, source in entry.get("_notes", ()))
    connecting = (opened, began) if began > opened else (None, None)
    sight: Sight
    if not answer["status"]:
        error = answer.get("_error", NO_ANSWER)
        if error != NO_ANSWER and "_unreadable" not in entry:  # a browser's
            notes = (*notes, Note("no-answer", f"no answer: {error}", "HAR"))
        exchange = Exchange(number, connection, request, None, began, sent, None, None, notes, *connecting)
        sight = Unanswered(connection, began, exchange)
    else:
        response = _read_response(answer)
        exchange = Exchange(number, connection, request, response, began, sent, answered, done, notes, *connecting)
        sight = Answered(connection, done, exchange)
    if (bad := entry.get("_unreadable")) is not None:
        side: Side = "client" if bad["side"] == "client" else "server"
        return Unreadable(connection, sight.at, side, str(bad["why"]), a2b_base64(bad["raw_b64"]), exchange)
    return sight


def _read_request(asked: Fields) -> Request:
    target = str(asked.get("_target") or _target_of(str(asked["url"])))
    version = _version(asked["httpVersion"])
    first_line = f"{asked['method']} {target} {version if version.startswith('HTTP/') else 'HTTP/?'}"
    posted = asked.get("postData") or {}
    body = _body(str(posted.get("text") or ""), posted.get("_encoding"))
    return Request(_head(first_line, asked["headers"]), body, max(_digits(asked.get("bodySize"), 0), len(body)))


def _target_of(url: str) -> str:
    _, found, rest = url.partition("://")
    _, slash, path = rest.partition("/")
    return (slash + path).partition("#")[0] or "/" if found else url


def _read_response(answer: Fields) -> Response:
    status = int(answer["status"])
    first_line = f"{_version(answer['httpVersion'])} {status:03d} {answer['statusText']}"
    content, headers = answer["content"], answer["headers"]
    ended_by = answer.get("_ended_by")
    if "_packed_b64" in content:
        body = a2b_base64(content["_packed_b64"])
        size = max(len(body), _digits(answer.get("bodySize"), 0))
    else:
        body = _body(str(content.get("text") or ""), content.get("encoding"))
        packed = {"content-encoding"} if body else set()  # a browser's has bodies without it
        headers = [header for header in headers if str(header["name"]).lower() not in packed]
        size = max(len(body), _digits(content.get("size"), 0))
    how = next((one for one in ENDINGS if one == ended_by), "length" if body else "none")
    return Response(_head(first_line, headers), body, size, how)


def _version(text: object) -> str:
    """An HTTP version as it is in a first line: browsers say `h2`, and some `http/1.1`."""
    said = str(text or "HTTP/1.1").replace(" ", "-")
    return VERSIONS.get(said.lower(), said.upper() if said.lower().startswith("http/") else said)


def _head(first_line: str, headers: list[Fields]) -> Head:
    named = [header for header in headers if not str(header["name"]).startswith(":")]  # HTTP/2's are no headers
    lines = [first_line, *(f"{header['name']}: {header['value']}" for header in named)]
    clean = (line.replace("\r", " ").replace("\n", " ") for line in lines)
    return read_head("".join(f"{line}\r\n" for line in clean).encode("latin-1", "replace") + b"\r\n")


def _body(text: str, encoding: object) -> bytes:
    return a2b_base64(text) if encoding == "base64" else text.encode("utf-8", "surrogatepass")


def _seconds(milliseconds: object) -> float:
    """What a timing says; 0 where it says nothing that can be (-1, NaN, an hour without end)."""
    seconds = float(milliseconds) / 1000 if isinstance(milliseconds, int | float) else 0.0
    return seconds if 0 <= seconds <= LONGEST else 0.0


def _digits(value: object, other: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else other
