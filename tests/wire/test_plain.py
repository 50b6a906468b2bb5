"""Plain exchanges are recorded without being taken apart as they are recorded otherwise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import ENDINGS, GET, OK, SIDES, STREAMS, Ending, Step

from stackwalk.wire.lines import from_line
from stackwalk.wire.plain import read_plain
from stackwalk.wire.records import record_line
from stackwalk.wire.scribe import Scribe
from stackwalk.wire.sight import Answered
from stackwalk.wire.tally import Tally

MESSAGES = [
    GET,
    OK,
    b'POST /caf\xc3\xa9?q=%22" HTTP/1.0\r\nA: \xff"\\\r\ncontent-length: 5\r\n\r\nhello',
    b"PUT /x HTTP/1.1\r\nContent-Length: 3000\r\n\r\n" + b"x" * 3000,
    b"HTTP/1.0 404 Not  Found\r\nContent-Length:0\r\nX: y\r\nX: z\r\n\r\n",
    b"HTTP/1.1 500 \r\nContent-Length: 5000\r\n\r\n" + b"y" * 5000,
]
EPOCHS = st.sampled_from([0.0, 1.7e9, 1732827699.123456])


def lines_of(steps: list[Step], endings: list[Ending], at: float, connects: bool) -> list[bytes]:
    scribe = Scribe(3)
    if connects:
        scribe.opened_at, scribe.reached_at = at, at + 0.000123
    lines = b""
    for place, (side, data) in enumerate(steps):
        lines += scribe.feed(side, data, round(at + 0.000217 * place, 6))
    for side, reset in endings:
        lines += scribe.close(side, at + 1, reset)
    return (lines + scribe.end(at + 1)).splitlines(keepends=True)


@given(
    st.lists(st.tuples(SIDES, st.sampled_from(MESSAGES)), max_size=8) | STREAMS,
    ENDINGS,
    st.floats(0, 1e6),
    EPOCHS,
    st.booleans(),
)
def test_it_records_and_counts_what_a_sight_would(
    steps: list[Step], endings: list[Ending], at: float, epoch: float, connects: bool
) -> None:
    quickly, slowly = Tally(), Tally()
    for line in lines_of(steps, endings, at, connects):
        sight = from_line(line)
        plain = read_plain(line)
        slowly.add(sight)
        if plain is None:
            quickly.add(sight)
            continue
        expected = record_line(sight, epoch)
        assert expected is not None
        assert json.loads(plain.record(epoch)) == json.loads(expected)
        assert isinstance(sight, Answered)
        if quickly.add_plain(plain):
            quickly.slowest = sight.exchange
    assert quickly == slowly


@pytest.mark.parametrize("message", MESSAGES[1::2])
def test_plain_exchanges_are_known_as_such(message: bytes) -> None:
    answer = message if message.startswith(b"HTTP/") else OK
    asked = GET if message.startswith(b"HTTP/") else message
    _, line, *_ = lines_of([("client", asked), ("server", answer)], [], 1.0, True)
    plain = read_plain(line)
    assert plain is not None
    assert (plain.number, plain.response.body_size) == (b"1", len(answer.partition(b"\r\n\r\n")[2]))
    assert plain.record(0.0).endswith(b"\n") and plain.record(0.0).isascii()


@pytest.mark.parametrize(
    "line", [b"", b"{}", b'{"sight":"answered"}', b'{"sight":"missed","connection":0,"at":1.0,"count":2}']
)
def test_what_is_something_else_is_not_plain(line: bytes) -> None:
    assert read_plain(line) is None
