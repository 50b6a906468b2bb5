"""Long bodies are told in pieces: together they are what passed, however it was cut, and as much as was asked for."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streams import ENDINGS, GET, SIDES, STREAMS, Ending, Step

from stackwalk.wire import reader as reading
from stackwalk.wire.lines import from_line
from stackwalk.wire.message import Side
from stackwalk.wire.reader import Reader
from stackwalk.wire.scribe import Scribe
from stackwalk.wire.sight import Answered, Piece, Sight, Unanswered, Unreadable

LIMIT = 101  # bytes of a body that are kept
SMALL = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
LONG = [
    b"POST / HTTP/1.1\r\nContent-Length: 90\r\n\r\n" + bytes(range(90)),
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + bytes(range(32)) + b"\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 120\r\n\r\n" + bytes(range(120)),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n40\r\n" + bytes(range(64)) + b"\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n" + bytes(range(50)),
]
LONG_STREAMS = st.lists(st.tuples(SIDES, st.sampled_from([GET, *LONG])), max_size=6)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bodies of a hundred bytes are long here."""
    for name, size in {"BODY_LIMIT": 20, "BEGINNING": 6, "PIECE": 9}.items():
        monkeypatch.setattr(reading, name, size)
    yield


def told_by(reader: Reader, steps: list[Step], endings: list[Ending]) -> list[Sight]:
    seen: list[Sight] = []
    for side, data in steps:
        seen += reader.feed(side, data, 1.0)
    for side, reset in endings:
        seen += reader.close(side, 1.0, reset)
    return seen + reader.end(1.0)


def in_pieces(steps: list[Step], sizes: list[int]) -> list[Step]:
    cut: list[Step] = []
    for side, data in steps:
        position = 0
        while position < len(data):
            size = sizes[len(cut) % len(sizes)]
            cut.append((side, data[position : position + size]))
            position += size
    return cut


def bodies(seen: list[Sight]) -> list[tuple[bytes, int]]:
    """Each body as it was kept, in the order in which their exchanges were told, and its size."""
    following: dict[tuple[int, Side], bytearray] = defaultdict(bytearray)
    whole: list[tuple[bytes, int]] = []
    for sight in seen:
        if isinstance(sight, Piece):
            key = sight.number, sight.side
            assert sight.begin == reading.BEGINNING + len(following[key])
            assert len(following[key]) % 3 == 0
            following[key] += sight.data
        elif isinstance(sight, Answered | Unanswered | Unreadable) and sight.exchange is not None:
            exchange = sight.exchange
            sides: tuple[Side, Side] = ("client", "server")
            for side, said in zip(sides, (exchange.request, exchange.response), strict=True):
                if said is not None:
                    whole.append((said.body + following.pop((exchange.number, side), b""), said.body_size))
    return whole


@pytest.mark.parametrize("answer", LONG[2:])
def test_the_beginning_and_the_pieces_are_the_body(answer: bytes) -> None:
    seen = told_by(Reader(1, LIMIT), [("client", LONG[0]), ("server", answer)], [("server", False)])
    expected = told_by(Reader(1, 20_000), [("client", LONG[0]), ("server", answer)], [("server", False)])
    assert any(isinstance(sight, Piece) for sight in seen)
    assert bodies(seen) == [(body[:LIMIT], size) for body, size in bodies(expected)]
    assert bodies(expected)[0] == (bytes(range(90)), 90)


@SMALL
@given(LONG_STREAMS | STREAMS, ENDINGS, st.lists(st.integers(1, 40), min_size=1))
def test_any_cut_tells_the_same_pieces(stream: list[Step], endings: list[Ending], sizes: list[int]) -> None:
    whole = told_by(Reader(1, LIMIT), stream, endings)
    assert told_by(Reader(1, LIMIT), in_pieces(stream, sizes), endings) == whole
    for kept, size in bodies(whole):
        assert len(kept) <= min(LIMIT, size)


@SMALL
@given(LONG_STREAMS | STREAMS, ENDINGS, st.lists(st.integers(1, 400), min_size=1))
def test_the_scribe_writes_the_same_pieces(stream: list[Step], endings: list[Ending], sizes: list[int]) -> None:
    steps = in_pieces(stream, sizes)
    scribe = Scribe(1, LIMIT)
    lines = b""
    for side, data in steps:
        if len(data) <= scribe.countable(side):
            scribe.count(side, len(data))
        else:
            lines += scribe.feed(side, data, 1.0)
    for side, reset in endings:
        lines += scribe.close(side, 1.0, reset)
    lines += scribe.end(1.0)
    assert [from_line(line) for line in lines.splitlines()] == told_by(Reader(1, LIMIT), steps, endings)


def test_what_comes_after_an_early_answer_is_counted_not_kept() -> None:
    reader = Reader(1, LIMIT)
    reader.feed("client", LONG[0][:60], 1.0)
    seen = reader.feed("server", b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", 1.0)
    assert isinstance(seen[-1], Answered)
    assert reader.feed("client", LONG[0][60:], 1.0) == []
    assert reader.is_idle
