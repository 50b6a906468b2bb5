"""Sights as lines, and back."""

import json
from base64 import b64encode

import pytest
from drawn import EVENTS, EXCHANGES, FRAMES, NUMBERS, REQUESTS, RESPONSES, TIMES
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.lines import encoded_piece, from_line, to_line
from stackwalk.wire.message import Request, read_head
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

SIDES = st.sampled_from(["client", "server"])
SIGHTS: st.SearchStrategy[Sight] = st.one_of(
    st.builds(Opened, NUMBERS, TIMES, st.text()),
    st.builds(Asked, NUMBERS, TIMES, REQUESTS, NUMBERS),
    st.builds(Interim, NUMBERS, TIMES, RESPONSES),
    st.builds(Answered, NUMBERS, TIMES, EXCHANGES),
    st.builds(Unanswered, NUMBERS, TIMES, EXCHANGES),
    st.builds(Unreadable, NUMBERS, TIMES, SIDES, st.text(), st.binary(), st.none() | EXCHANGES),
    st.builds(Closed, NUMBERS, TIMES, st.none() | SIDES, st.booleans(), NUMBERS, NUMBERS),
    st.builds(Framed, NUMBERS, TIMES, SIDES, FRAMES),
    st.builds(Joined, NUMBERS, TIMES, NUMBERS),
    st.builds(Begun, NUMBERS, TIMES, EXCHANGES),
    st.builds(Streamed, NUMBERS, TIMES, NUMBERS, EVENTS),
    st.builds(Piece, NUMBERS, TIMES, NUMBERS, SIDES, NUMBERS, st.binary()),
    st.builds(Refused, NUMBERS, TIMES, st.text()),
    st.builds(Missed, NUMBERS, TIMES, NUMBERS),
)


@given(SIGHTS)
def test_a_line_tells_the_sight_that_it_was_made_of(sight: Sight) -> None:
    line = to_line(sight)
    assert from_line(line) == sight
    assert line.isascii() and line.endswith(b"\n") and line.count(b"\n") == 1


def test_a_line_is_a_json_object_with_its_bytes_as_base64() -> None:
    line = to_line(Asked(3, 1.5, Request(read_head(b"GET / HTTP/1.1\r\n\r\n")), 2))
    assert json.loads(line) == {
        "sight": "asked",
        "connection": 3,
        "at": 1.5,
        "number": 2,
        "request": {"head_b64": "R0VUIC8gSFRUUC8xLjENCg0K", "body_b64": "", "body_size": 0, "chunks": None},
    }


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"7", b'{"sight":"asked"}', b'{"sight":"unheard"}', b"\xff"])
def test_a_line_that_tells_no_sight_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        from_line(line)


@given(st.builds(Piece, NUMBERS, TIMES, NUMBERS, SIDES, NUMBERS, st.binary()))
def test_of_a_piece_the_bytes_can_be_had_as_they_came(piece: Piece) -> None:
    key = (piece.connection, piece.number, piece.side)
    assert encoded_piece(to_line(piece)) == (key, piece.begin, b64encode(piece.data))


@given(SIGHTS.filter(lambda sight: not isinstance(sight, Piece)))
def test_nothing_else_is_taken_for_a_piece(sight: Sight) -> None:
    assert encoded_piece(to_line(sight)) is None
