"""The lines of a `Scribe` tell what a `Reader` sees, whatever passes and however it is cut."""

from hypothesis import given, settings
from hypothesis import strategies as st
from streams import ENDINGS, GET, OK, SIDES, STREAMS, Ending, Step

from stackwalk.wire.lines import from_line
from stackwalk.wire.message import Side
from stackwalk.wire.reader import Reader
from stackwalk.wire.scribe import Scribe, plain_lengths
from stackwalk.wire.sight import Answered, Asked, Sight

LIMIT = 100  # bytes of a body that are kept
PLAIN = [
    GET,
    OK,
    b"POST /f HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\n\r\nhello",
    b"HTTP/1.0 404 Not Found\r\nContent-Length:0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 500 \r\nX: y\r\nContent-Length: 300\r\n\r\n" + b"x" * 300,
]
# Each of them differs from a plain one in one thing that matters.
ALMOST = [
    b"HEAD / HTTP/1.1\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nUPGRADE: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n Content-Length: 5\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\r\n\tContent-Length: 5\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: 5,5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nContent-Length: 5\n\r\nhello\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\n\nC: d\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\n\r\nC: d\r\n\r\n",
    b"GET / HTTP/1.1\n\r\nC: d\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET /\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\n\r\n",
    GET + GET,
    GET + b"\r\n",
    b"HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 101 x\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n",
    OK + OK,
    OK[:-1],
    OK + b"x",
]
MORE_STREAMS = st.lists(st.tuples(SIDES, st.sampled_from(PLAIN + ALMOST)), max_size=8)


def read(steps: list[Step], endings: list[Ending]) -> list[Sight]:
    reader = Reader(1, LIMIT)
    seen: list[Sight] = []
    for at, (side, data) in enumerate(steps):
        seen += reader.feed(side, data, float(at))
    for side, reset in endings:
        seen += reader.close(side, 99.0, reset)
    return seen + reader.end(99.0)


def written(steps: list[Step], endings: list[Ending]) -> list[Sight]:
    scribe = Scribe(1, LIMIT)
    lines = b""
    for at, (side, data) in enumerate(steps):
        if len(data) <= scribe.countable(side):
            scribe.count(side, len(data))
        else:
            lines += scribe.feed(side, data, float(at))
    for side, reset in endings:
        lines += scribe.close(side, 99.0, reset)
    lines += scribe.end(99.0)
    return [from_line(line) for line in lines.splitlines()]


@given(STREAMS, ENDINGS)
def test_it_writes_what_the_reader_sees(stream: list[Step], endings: list[Ending]) -> None:
    assert written(stream, endings) == read(stream, endings)


@settings(max_examples=400)
@given(MORE_STREAMS, ENDINGS)
def test_what_is_almost_plain_is_left_to_the_reader(stream: list[Step], endings: list[Ending]) -> None:
    assert written(stream, endings) == read(stream, endings)


@given(MORE_STREAMS, ENDINGS, st.lists(st.integers(1, 60), min_size=1))
def test_any_cut_is_written_as_the_reader_sees_it(stream: list[Step], endings: list[Ending], sizes: list[int]) -> None:
    cut: list[Step] = []
    for side, data in stream:
        position = 0
        while position < len(data):
            size = sizes[len(cut) % len(sizes)]
            cut.append((side, data[position : position + size]))
            position += size
    assert written(cut, endings) == read(cut, endings)


def test_plain_messages_are_known_as_such_and_what_is_almost_plain_is_not() -> None:
    def is_plain(data: bytes) -> bool:
        return plain_lengths(data, is_request=not data.startswith(b"HTTP/")) is not None

    assert [data for data in PLAIN if not is_plain(data)] == []
    assert [data for data in ALMOST if is_plain(data)] == []


def test_plain_exchanges_one_after_another_are_numbered() -> None:
    seen = written([("client", GET), ("server", OK)] * 3, [])
    assert [sight.number for sight in seen if isinstance(sight, Asked)] == [1, 2, 3]
    assert [sight.exchange.number for sight in seen if isinstance(sight, Answered)] == [1, 2, 3]


def test_a_body_that_is_only_counted_is_whole() -> None:
    size = 10 * LIMIT
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    for pieces in ([b"x" * size], [b"x" * LIMIT] * 10, [b"x" * (LIMIT + 1), b"x" * (size - LIMIT - 2), b"x"]):
        steps: list[Step] = [("client", GET), ("server", head), *(("server", piece) for piece in pieces)]
        (answered,) = [sight for sight in written(steps, []) if isinstance(sight, Answered)]
        assert answered.exchange.response is not None
        assert (answered.exchange.response.body, answered.exchange.response.body_size) == (b"x" * LIMIT, size)


def test_a_body_in_chunks_is_counted_chunk_by_chunk() -> None:
    side: Side = "server"
    scribe = Scribe(1, LIMIT)
    scribe.feed("client", GET, 0.0)
    scribe.feed(side, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * LIMIT, 0.0)
    assert scribe.countable(side) == 1000 - LIMIT - 1
    scribe.count(side, 800)
    assert scribe.countable(side) == 99
    (line,) = scribe.feed(side, b"x" * 100 + b"\r\n0\r\n\r\n", 0.0).splitlines()
    answered = from_line(line)
    assert isinstance(answered, Answered) and answered.exchange.response is not None
    assert answered.exchange.response.body_size == 1000
