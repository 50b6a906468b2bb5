"""HAR 1.2: what it must have, and that what was written can be opened."""

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from drawn import EXCHANGES, NUMBERS
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stackwalk.wire.content import UNPACKED_LIMIT
from stackwalk.wire.har import har_pieces, read_har
from stackwalk.wire.message import EndedBy, Exchange, Request, Response, read_head
from stackwalk.wire.records import record_line
from stackwalk.wire.sight import Answered, Missed, Sight, Unanswered, Unreadable

# The specification's required fields (http://www.softwareishard.com/blog/har-12-spec/).
PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
    },
}
UNKNOWN = ("blocked", "dns", "connect", "ssl")  # -1 where it does not apply
MESSAGE = {
    "httpVersion": {"type": "string"},
    "cookies": PAIRS,
    "headers": PAIRS,
    "headersSize": {"type": "integer", "minimum": -1},
    "bodySize": {"type": "integer", "minimum": -1},
}
HAR = {
    "type": "object",
    "required": ["log"],
    "properties": {
        "log": {
            "type": "object",
            "required": ["version", "creator", "entries"],
            "properties": {
                "version": {"const": "1.2"},
                "creator": {"type": "object", "required": ["name", "version"]},
                "entries": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["startedDateTime", "time", "request", "response", "cache", "timings"],
                        "properties": {
                            "startedDateTime": {"type": "string", "format": "date-time"},
                            "time": {"type": "number", "minimum": 0},
                            "connection": {"type": "string"},
                            "cache": {"type": "object"},
                            "timings": {
                                "type": "object",
                                "required": ["send", "wait", "receive"],
                                "properties": {
                                    **{name: {"type": "number", "minimum": 0} for name in ("send", "wait", "receive")},
                                    **{name: {"type": "number", "minimum": -1} for name in UNKNOWN},
                                },
                            },
                            "request": {
                                "type": "object",
                                "required": ["method", "url", "queryString", *MESSAGE],
                                "properties": {
                                    **MESSAGE,
                                    "method": {"type": "string"},
                                    "url": {"type": "string"},
                                    "queryString": PAIRS,
                                    "postData": {
                                        "type": "object",
                                        "required": ["mimeType", "text"],
                                        "properties": {"mimeType": {"type": "string"}, "params": PAIRS},
                                    },
                                },
                            },
                            "response": {
                                "type": "object",
                                "required": ["status", "statusText", "content", "redirectURL", *MESSAGE],
                                "properties": {
                                    **MESSAGE,
                                    "status": {"type": "integer", "minimum": 0},
                                    "content": {
                                        "type": "object",
                                        "required": ["size", "mimeType"],
                                        "properties": {
                                            "size": {"type": "integer", "minimum": 0},
                                            "mimeType": {"type": "string"},
                                            "encoding": {"const": "base64"},
                                            "compression": {"type": "integer"},
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
VALIDATOR = Draft202012Validator(HAR, format_checker=Draft202012Validator.FORMAT_CHECKER)
TIMES = st.floats(0, 1e9)
SIGHTS: st.SearchStrategy[Sight] = st.one_of(
    st.builds(Answered, NUMBERS, TIMES, EXCHANGES),
    st.builds(Unanswered, NUMBERS, TIMES, EXCHANGES),
    st.builds(Unreadable, NUMBERS, TIMES, st.just("server"), st.text(), st.binary(), st.none() | EXCHANGES),
    st.builds(Missed, NUMBERS, TIMES, NUMBERS),
)


def har_of(*sights: Sight) -> Any:
    log = json.loads("".join(har_pieces(sights)))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    for entry in log["log"]["entries"]:  # "time is the sum of all timings, without those that are -1"
        assert entry["time"] == pytest.approx(sum(time for time in entry["timings"].values() if time != -1))
    return log


def exchange(request: bytes, response: bytes, body: bytes = b"", posted: bytes = b"") -> Exchange:
    return Exchange(
        2,
        7,
        Request(read_head(request), posted, len(posted)),
        Response(read_head(response), body, len(body), "length"),
        1000.0,
        1000.25,
        1000.5,
        1001.0,
    )


PLAIN = exchange(
    b"POST /a?b=1%202&c HTTP/1.1\r\nHost: shop:80\r\nCookie: x=1; y=2\r\nContent-Type: text/plain\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nSet-Cookie: z=3; Path=/\r\nContent-Type: text/html\r\n\r\n",
    "né".encode(),
    b"posted",
)


@given(st.lists(SIGHTS, max_size=3))
def test_every_har_has_the_shape_of_1_2_and_can_be_opened(sights: list[Sight]) -> None:
    log = har_of(*sights)
    opened = list(read_har(log))
    assert len(opened) == len(log["log"]["entries"])
    assert None not in opened


def test_what_an_exchange_was() -> None:
    (entry,) = har_of(Answered(7, 1001.0, PLAIN))["log"]["entries"]
    assert entry["startedDateTime"] == "1970-01-01T00:16:40.000000Z"
    assert (entry["time"], entry["connection"]) == (1000.0, "7")
    assert {name: entry["timings"][name] for name in ("send", "wait", "receive")} == {
        "send": 250.0,
        "wait": 250.0,
        "receive": 500.0,
    }
    assert entry["request"]["url"] == "http://shop:80/a?b=1%202&c"
    assert entry["request"]["queryString"] == [{"name": "b", "value": "1 2"}, {"name": "c", "value": ""}]
    assert entry["request"]["cookies"] == [{"name": "x", "value": "1"}, {"name": "y", "value": "2"}]
    assert entry["request"]["postData"] == {"mimeType": "text/plain", "text": "posted"}
    assert entry["response"]["cookies"] == [{"name": "z", "value": "3"}]
    assert entry["response"]["content"] == {"size": 3, "mimeType": "text/html", "text": "né"}


def test_what_is_opened_is_what_was_written() -> None:
    sight = Answered(7, 1001.0, PLAIN)
    assert list(read_har(har_of(sight))) == [sight]
    binary = Answered(7, 1001.0, exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"\xff\0"))
    assert list(read_har(har_of(binary))) == [binary]
    asked = Exchange(2, 7, PLAIN.request, None, 1000.0, 1000.25)
    assert list(read_har(har_of(Unanswered(7, 1000.0, asked)))) == [Unanswered(7, 1000.0, asked)]


def test_the_time_to_reach_the_target_comes_first() -> None:
    first = replace(PLAIN, opened_at=999.0, reached_at=999.125)
    (entry,) = log = har_of(Answered(7, 1001.0, first))["log"]["entries"]
    assert (entry["timings"]["connect"], entry["time"]) == (125.0, 1125.0)
    assert entry["startedDateTime"] == "1970-01-01T00:16:39.875000Z"
    (opened,) = read_har({"log": {"entries": log}})
    assert opened == Answered(7, 1001.0, replace(PLAIN, opened_at=999.875, reached_at=1000.0))


def test_a_body_of_which_a_part_was_kept_says_so() -> None:
    request, response = PLAIN.request, PLAIN.response
    assert request is not None and response is not None
    cut = replace(PLAIN, request=replace(request, body_size=9), response=replace(response, body_size=1000))
    (entry,) = har_of(Answered(7, 1001.0, cut))["log"]["entries"]
    assert entry["request"]["postData"]["comment"] == "the first 6 bytes alone; 9 bytes passed"
    assert entry["response"]["content"]["comment"] == "the first 3 bytes alone; 1,000 bytes passed"


def test_a_packed_body_is_in_it_unpacked() -> None:
    packed = zlib.compress(b"hello " * 1000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Type: text/plain\r\n\r\n"
    log = har_of(Answered(7, 1.0, exchange(b"GET / HTTP/1.1\r\n\r\n", head, packed)))
    response = log["log"]["entries"][0]["response"]
    assert (response["content"]["text"], response["content"]["size"]) == ("hello " * 1000, 6000)
    assert response["content"]["compression"] == 6000 - len(packed)
    assert response["bodySize"] == len(packed)
    (opened,) = read_har(log)
    assert opened == Answered(7, 1001.0, exchange(b"GET / HTTP/1.1\r\n\r\n", head, packed))
    del response["content"]["_packed_b64"]  # as a browser writes it
    (opened,) = read_har(log)
    assert isinstance(opened, Answered) and opened.exchange.response is not None
    assert opened.exchange.response.body == b"hello " * 1000
    assert opened.exchange.response.head.header("content-encoding") is None


def test_of_a_body_that_is_unpacked_in_part_the_size_is_of_what_is_there() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n"
    bomb = Answered(7, 1.0, exchange(b"GET / HTTP/1.1\r\n\r\n", head, zlib.compress(bytes(5_000_000))))
    content = (log := har_of(bomb))["log"]["entries"][0]["response"]["content"]
    assert content["size"] == len(content["text"]) == UNPACKED_LIMIT
    assert content["comment"].startswith("the first 1,048,576 bytes of what was unpacked; ")
    (opened,) = read_har(log)
    assert isinstance(opened, Answered) and opened.exchange.response == bomb.exchange.response


@pytest.mark.parametrize("target", [b"*", b"http://a/b", b"a:443", b"/c#d"])
@pytest.mark.parametrize("ended_by", ["length", "chunked", "close", "none", "cut"])
def test_targets_and_ends_are_opened_as_they_were(target: bytes, ended_by: EndedBy) -> None:
    said = exchange(b"OPTIONS %s HTTP/1.1\r\nHost: a\r\n\r\n" % target, b"HTTP/1.1 200 OK\r\n\r\n", b"hi")
    assert said.response is not None
    sight = Answered(7, 1001.0, replace(said, response=replace(said.response, ended_by=ended_by)))
    assert list(read_har(har_of(sight))) == [sight]


def test_what_could_not_be_read_is_opened_as_such() -> None:
    asked = Exchange(2, 7, PLAIN.request, None, 1000.0, 1000.25)
    for sight in (
        Unreadable(7, 1000.0, "server", "no status line", b"\xffhi", asked),
        Unreadable(7, 1001.0, "server", "no chunk", b"x", PLAIN),
        Unreadable(7, 1000.0, "client", "no end", b"", asked),
    ):
        assert list(read_har(har_of(sight))) == [sight]


def test_what_a_browser_says_of_versions_and_errors() -> None:
    (entry,) = (log := har_of(Answered(7, 1001.0, PLAIN)))["log"]["entries"]
    entry["request"]["httpVersion"], entry["response"]["httpVersion"] = "h2", "http/2.0"
    entry["request"]["headers"] = [{"name": ":authority", "value": "a"}, {"name": "a", "value": "b"}]
    (opened,) = read_har(log)
    assert isinstance(opened, Answered) and opened.exchange.request and opened.exchange.response
    request = opened.exchange.request
    assert (request.target, request.version, request.head.headers) == ("/a?b=1%202&c", "HTTP/2", ((b"a", b"b"),))
    assert opened.exchange.response.version == "HTTP/2.0"
    entry["request"]["httpVersion"] = "unknown"
    entry["response"] |= {"status": 0, "_error": "net::ERR_FAILED"}
    (opened,) = read_har(log)
    assert isinstance(opened, Unanswered) and opened.exchange.request
    assert opened.exchange.request.target == "/a?b=1%202&c"
    assert [note.text for note in opened.exchange.notes] == ["no answer: net::ERR_FAILED"]


def test_what_is_no_har_is_a_value_error() -> None:
    logs: list[object] = [{}, [], None, 1, {"log": 1}, {"log": {"entries": 1}}]
    for log in logs:
        with pytest.raises(ValueError):
            list(read_har(log))
    assert list(read_har({"log": {"entries": [1, {}, {"request": {}}]}})) == [None, None, None]


@pytest.mark.parametrize("name", ["connect", "send", "wait", "receive"])
@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "NaN", "1e308", "1" + "0" * 400])
def test_times_that_can_not_be_are_bounded(name: str, value: str) -> None:
    (entry,) = har_of(Answered(7, 1001.0, PLAIN))["log"]["entries"]
    entry["timings"][name] = json.loads(value)
    entry["startedDateTime"] = "9999-12-31T23:59:59Z"
    for opened in read_har({"log": {"entries": [entry]}}):
        if opened is not None:
            record_line(opened, 0.0)
            har_of(opened)


def test_sizes_that_can_not_be_are_bounded() -> None:
    (entry,) = har_of(Answered(7, 1001.0, PLAIN))["log"]["entries"]
    entry["response"]["content"]["size"] = entry["request"]["bodySize"] = 10**400
    (opened,) = read_har({"log": {"entries": [entry]}})
    assert isinstance(opened, Answered) and opened.exchange.response is not None
    assert opened.exchange.response.body_size == 3


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_any_entry_is_understood_or_left_out(data: st.DataObject) -> None:
    (entry,) = har_of(Answered(7, 1001.0, PLAIN))["log"]["entries"]
    part = data.draw(st.sampled_from([entry, entry["request"], entry["response"], entry["response"]["content"]]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(VALUES)
    (opened,) = read_har({"log": {"entries": [entry]}})
    assert opened is None or isinstance(opened, Answered | Unanswered | Unreadable)
    if opened is not None:
        record_line(opened, 0.0)
