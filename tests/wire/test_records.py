"""What --json prints and --save keeps: held to its schema, and read back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from drawn import EVENTS, EXCHANGES, FRAMES, NUMBERS
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stackwalk.wire.message import Exchange, Note, Request, Response, read_head
from stackwalk.wire.records import read_record, record_line
from stackwalk.wire.sight import (
    Answered,
    Begun,
    Closed,
    Framed,
    Missed,
    Opened,
    Refused,
    Sight,
    Streamed,
    Unanswered,
    Unreadable,
)

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "trace.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
SIDES = st.sampled_from(["client", "server"])
TIMES = st.floats(0, 1e9)
RECORDED: st.SearchStrategy[Sight] = st.one_of(
    st.builds(Answered, NUMBERS, TIMES, EXCHANGES),
    st.builds(Unanswered, NUMBERS, TIMES, EXCHANGES),
    st.builds(Unreadable, NUMBERS, TIMES, SIDES, st.text(), st.binary(), st.none() | EXCHANGES),
    st.builds(Framed, NUMBERS, TIMES, SIDES, FRAMES),
    st.builds(Begun, NUMBERS, TIMES, EXCHANGES),
    st.builds(Streamed, NUMBERS, TIMES, NUMBERS, EVENTS),
    st.builds(Refused, NUMBERS, TIMES, st.text()),
    st.builds(Missed, NUMBERS, TIMES, NUMBERS),
)
EXCHANGE = Exchange(
    3,
    7,
    Request(read_head(b"GET /caf\xe9 HTTP/1.1\r\nA : 1\r\n\r\n")),
    Response(read_head(b"HTTP/1.1 200 OK\r\n\r\n"), b"\x00hi", 5, "cut"),
    1.0,
    1.0,
    1.5,
    2.0,
    (Note("early", "too early", "RFC 9112 9.5"),),
)


def same(one: Sight) -> Sight:
    """The sight with the one connection that its record has."""
    if isinstance(one, Answered | Unanswered | Begun) or (isinstance(one, Unreadable) and one.exchange is not None):
        assert one.exchange is not None
        return replace(one, exchange=replace(one.exchange, connection=one.connection))
    return one


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(RECORDED, st.sampled_from([0.0, 1.7e9]))
def test_a_line_holds_to_its_schema_and_is_read_back(drawn: Sight, epoch: float) -> None:
    sight = same(drawn)
    line = record_line(sight, epoch)
    assert line is not None and line.isascii() and line.endswith(b"\n") and line.count(b"\n") == 1
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(line))] == []
    back = read_record(line)
    assert type(back) is type(sight)
    assert record_line(back, 0.0) == line
    assert read_record(record_line(back, 0.0) or b"") == back


def test_bytes_and_words_of_an_exchange() -> None:
    line = json.loads(record_line(Answered(7, 2.0, EXCHANGE), 100.0) or b"")
    assert (line["method"], line["target"], line["status"], line["milliseconds"]) == ("GET", "/café", 200, 1000.0)
    assert line["started"] == "1970-01-01T00:01:41.000000Z"
    assert line["times"] == {
        "opened": None,
        "reached": None,
        "asked": 101.0,
        "request_done": 101.0,
        "answered": 101.5,
        "done": 102.0,
    }
    assert line["request"]["headers"] == [["A", "1"]]
    assert (line["response"]["body_b64"], line["response"]["body_size"]) == ("AGhp", 5)
    assert read_record(record_line(Answered(7, 2.0, EXCHANGE), 0.0) or b"") == Answered(7, 2.0, EXCHANGE)


def test_notes_can_be_others_than_the_exchange_has() -> None:
    line = record_line(Answered(7, 2.0, EXCHANGE), 0.0, (Note("a", "b", "c"),))
    assert json.loads(line or b"")["notes"] == [{"code": "a", "text": "b", "source": "c"}]


def test_of_other_sights_there_is_no_record() -> None:
    assert record_line(Opened(1, 1.0, "here"), 0.0) is None
    assert record_line(Closed(1, 1.0, None, False, 0, 0), 0.0) is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"null",
        b"[" * 100_000,
        b'{"format":2,"record":"missed","connection":0,"at":1,"count":1}',
        b'{"format":1,"record":"missed","connection":0,"at":1,"count":"1"}',
        b'{"format":1,"record":"missed","connection":0,"at":1,"count":1%d}' % 10**400,
        b'{"format":1,"record":"missed","connection":0,"at":1e999,"count":1}',
        b'{"format":1,"record":"new","connection":0,"at":1}',
        b'{"format":1,"record":"unreadable","connection":0,"at":1,"side":"left","why":"x","raw_b64":""}',
    ],
)
def test_what_is_no_record_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        read_record(line)


@given(
    st.binary(max_size=80) | st.recursive(st.none() | st.text(), st.lists).map(lambda drawn: json.dumps(drawn).encode())
)
def test_any_line_is_a_record_or_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        read_record(line)
