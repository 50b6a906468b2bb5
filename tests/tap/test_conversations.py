"""Any conversation: each byte and each end arrives as it was sent, and what is seen is what a reader sees of it."""

import contextlib
import json
import select
import socket
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meeting import PATIENCE, read_exactly

from stackwalk.tap.tapping import Tap, tapping
from stackwalk.wire.lines import to_line
from stackwalk.wire.message import Side
from stackwalk.wire.reader import BODY_LIMIT, Reader
from stackwalk.wire.sight import Sight

TIMES = {"at", "asked_at", "request_done_at", "answered_at", "done_at", "opened_at", "reached_at"}
GET = b"GET /a HTTP/1.1\r\nHost: here\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
LARGE = 40_000  # bytes: more than one piece of what waits to be read
SAID = [
    GET,
    OK,
    GET * 3,
    OK * 2,
    OK[:-1],
    b"POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"hello",
    b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
    b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n",
    b"\x81\x05hello",
    b"\x89\x00",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"\x16\x03\x01\x00\x03abc",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
    b"data: 2\n\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    b"lo\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE + b"x" * LARGE,
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (3 * LARGE) + b"y" * LARGE,
    b"y" * LARGE,
    b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    b"\r\n",
    b"nonsense\n",
]
SIDES: st.SearchStrategy[Side] = st.sampled_from(["client", "server"])


@dataclass(frozen=True)
class Step:
    side: Side
    data: bytes = b""  # none: its end
    slowly: bool = False  # a byte at a time


STEPS = st.builds(Step, SIDES, st.sampled_from(SAID) | st.binary(min_size=1, max_size=20))
SLOW = st.builds(Step, SIDES, st.sampled_from([one for one in SAID if len(one) < 100]), st.just(True))


class Talk:
    """A client and a server that are connected through a tap."""

    def __init__(self, tap: Tap, listening: socket.socket) -> None:
        self.ends: dict[Side, socket.socket] = {"client": socket.create_connection(("127.0.0.1", tap.port), PATIENCE)}
        self.ends["server"], _ = listening.accept()
        self.ended: set[Side] = set()
        for end in self.ends.values():
            end.settimeout(PATIENCE)

    def say(self, side: Side, data: bytes) -> None:
        """The other end hears it before anything else is said."""
        self.ends[side].sendall(data)
        assert read_exactly(self.ends[other(side)], len(data)) == data

    def end(self, side: Side) -> None:
        self.ended.add(side)
        self.ends[side].shutdown(socket.SHUT_WR)
        assert self.ends[other(side)].recv(1) == b""

    def close(self) -> None:
        for end in self.ends.values():
            end.close()


def other(side: Side) -> Side:
    return "server" if side == "client" else "client"


def comparable(sights: list[Sight]) -> list[Any]:
    """Without times, and without what a tap alone knows."""

    def without_times(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_times(one) for key, one in value.items() if key not in TIMES | {"connection"}}
        return [without_times(one) for one in value] if isinstance(value, list) else value

    return [without_times(json.loads(to_line(sight))) for sight in sights]


def seen_by(tap: Tap) -> list[Sight]:
    """Until the connection is over."""
    sights: list[Sight] = []
    deadline = time.monotonic() + PATIENCE
    while not (sights and type(sights[-1]).__name__ == "Closed"):
        assert time.monotonic() < deadline, sights
        select.select([tap], [], [], PATIENCE)
        sights += tap.read()
    return sights


@pytest.mark.parametrize("body_limit", [100, BODY_LIMIT, 90_000])
def test_any_conversation_passes_as_it_is_and_is_seen_as_it_was(body_limit: int, pytestconfig: pytest.Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        with tapping(port=0, target=("127.0.0.1", listening.getsockname()[1]), body_limit=body_limit) as tap:

            @settings(max_examples=pytestconfig.getoption("--conversations"))
            @given(st.lists(STEPS | SLOW | st.builds(Step, SIDES), max_size=10), SIDES)
            def talk_over_it(steps: list[Step], last: Side) -> None:
                reader = Reader(1, body_limit)
                expected: list[Sight] = []
                with contextlib.closing(Talk(tap, listening)) as talk:
                    for step in [*steps, Step(last), Step(other(last))]:
                        if step.side in talk.ended:
                            continue
                        if not step.data:
                            talk.end(step.side)
                            expected += reader.close(step.side, 1.0)
                            continue
                        pieces = [bytes([byte]) for byte in step.data] if step.slowly else [step.data]
                        for piece in pieces:
                            talk.say(step.side, piece)
                            expected += reader.feed(step.side, piece, 1.0)
                seen = seen_by(tap)
                assert type(seen[0]).__name__ == "Opened"
                assert comparable(seen[1:]) == comparable(expected)

            talk_over_it()
