"""Events of a stream: as browsers read them, while they come, however they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.events import Event, EventReader
from stackwalk.wire.message import Response
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Answered, Begun, Closed, Sight, Streamed

ASKED = b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECES = st.sampled_from([b"data", b"event", b"id", b"retry", b":", b" ", b"x", b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf"])


def events(data: bytes, limit: int = 100) -> list[Event]:
    return EventReader(limit).feed(data)


# The first six are examples of the standard's own (WHATWG HTML 9.2.6).
@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [Event(b"message", b"YHOO\n+2\n10", 10)]),
        (
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
            [Event(b"message", b"first event", 11, b"1"), Event(b"message", b"second event", 12, b"")],
        ),
        (b"data\n\ndata\ndata\n\ndata:", [Event(b"message", b"", 0), Event(b"message", b"\n", 1)]),
        (b"data:test\n\ndata: test\n\n", [Event(b"message", b"test", 4)] * 2),
        (b"event: add\ndata: 73857293\n\n", [Event(b"add", b"73857293", 8)]),
        (b"event: nothing\n\ndata: 1\n\n", [Event(b"message", b"1", 1)]),
        (b"\xef\xbb\xbfdata: a\r\rdata: b\r\n\r\ndata: c\n\r", [Event(b"message", x, 1) for x in (b"a", b"b", b"c")]),
        (b"id: a\0b\ndata: 1\nfoo: bar\n\n", [Event(b"message", b"1", 1)]),
    ],
)
def test_fields_are_read_as_the_standard_says(stream: bytes, found: list[Event]) -> None:
    assert events(stream) == found


@given(st.lists(PIECES | st.binary(max_size=5), max_size=30).map(b"".join), st.lists(st.integers(1, 9), min_size=1))
def test_any_cut_gives_the_same_events(stream: bytes, sizes: list[int]) -> None:
    reader, found, position, turn = EventReader(100), [], 0, 0
    while position < len(stream):
        size = sizes[turn % len(sizes)]
        found += reader.feed(stream[position : position + size])
        position, turn = position + size, turn + 1
    assert found == events(stream)


def test_what_is_kept_of_an_event_is_bounded_and_its_size_is_told() -> None:
    stream = b"data: %b\ndata: %b\nevent: %b\n\n" % (b"a" * 5000, b"b" * 5000, b"c" * 5000)
    (event,) = events(stream)
    assert (event.data, event.size) == (b"a" * 100, 10_001)
    assert len(event.name) <= 200


def seen(*pieces: bytes) -> list[list[Sight]]:
    reader = Reader(7)
    reader.feed("client", ASKED, 1.0)
    return [reader.feed("server", piece, float(at)) for at, piece in enumerate(pieces, 2)]


def test_the_head_is_told_at_once_and_each_event_as_it_comes() -> None:
    head, first, half, second, end = seen(
        HEAD, b"9\r\ndata: 1\n\n\r\n", b"5\r\ndata:\r\n", b"3\r\n2\n\n\r\n", b"0\r\n\r\n"
    )
    (begun,) = head
    assert isinstance(begun, Begun) and begun.exchange.request is not None
    response = begun.exchange.response
    assert response is not None and response == Response(response.head)  # of a body nothing is known yet
    assert first == [Streamed(7, 3.0, 1, Event(b"message", b"1", 1))]
    assert half == []
    assert second == [Streamed(7, 5.0, 1, Event(b"message", b"2", 1))]
    (answered,) = end
    assert isinstance(answered, Answered) and answered.exchange.response is not None
    assert answered.exchange.response.body == b"data: 1\n\ndata:2\n\n"


def test_events_are_told_long_after_the_body_is_kept_no_more() -> None:
    reader = Reader(7, body_limit=10)
    reader.feed("client", ASKED, 1.0)
    reader.feed("server", HEAD, 1.0)
    count = 0
    for _ in range(100):
        assert reader.countable("server") == 0
        count += len(reader.feed("server", b"10\r\ndata: 1234567\n\n\r\n", 1.0))
    assert count == 100


def test_a_compressed_stream_has_a_head_alone() -> None:
    head, body = seen(HEAD[:-2] + b"Content-Encoding: gzip\r\n\r\n", b"9\r\ndata: 1\n\n\r\n")
    assert [type(sight) for sight in head] == [Begun]
    assert body == []


def test_a_stream_that_is_cut_is_over() -> None:
    reader = Reader(7)
    reader.feed("client", ASKED, 1.0)
    reader.feed("server", HEAD, 1.0)
    cut = reader.close("server", 2.0, reset=True)
    assert [type(sight) for sight in cut] == [Answered, Closed]


def test_what_only_looks_like_a_stream_is_none() -> None:
    ((first,),) = seen(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-streams\r\nContent-Length: 0\r\n\r\n")
    assert isinstance(first, Answered)
