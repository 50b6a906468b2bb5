"""WebSocket frames: held against wsproto, in any pieces, and as part of what a connection says."""

import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, Pong, TextMessage
from wsproto.extensions import Extension, PerMessageDeflate

from stackwalk.wire.frames import CONTINUATION, Frame, FrameReader, Unpacker
from stackwalk.wire.message import Side
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Framed, Sight, Unreadable

LIMIT = 100_000
EVENTS = st.lists(
    st.one_of(
        st.builds(TextMessage, st.text(max_size=200), st.just(True), st.booleans()),
        st.builds(BytesMessage, st.binary(max_size=70_000), st.just(True), st.booleans()),
        st.builds(Ping, st.binary(max_size=125)),
        st.builds(Pong, st.binary(max_size=125)),
    ),
    max_size=6,
)
UPGRADE = b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n"


def sent(kind: ConnectionType, events: list[Event], packs: bool) -> bytes:
    """The bytes that wsproto makes of these."""
    extensions: list[Extension] = []
    if packs:
        packing = PerMessageDeflate()
        packing.finalize("permessage-deflate")
        extensions.append(packing)
    connection = Connection(kind, extensions)
    assert connection.state is ConnectionState.OPEN
    return b"".join(connection.send(event) for event in events)


def told(frames: list[Frame]) -> list[tuple[str, bytes | None, bool]]:
    unpacker = Unpacker()
    return [(frame.kind, unpacker.unpack(frame), frame.is_final) for frame in frames]


def expected(events: list[Event]) -> list[tuple[str, bytes | None, bool]]:
    found: list[tuple[str, bytes | None, bool]] = []
    is_open = False
    for event in events:
        if isinstance(event, Message):
            kind = "continuation" if is_open else "text" if isinstance(event, TextMessage) else "binary"
            data = event.data if isinstance(event.data, bytes) else str(event.data).encode()
            found.append((kind, bytes(data), event.message_finished))
            is_open = not event.message_finished
        elif isinstance(event, Ping | Pong):
            found.append(("ping" if isinstance(event, Ping) else "pong", bytes(event.payload), True))
    return found


def of_one_kind(events: list[Event]) -> list[Event]:
    """Parts of a message are all text or all bytes: whole messages instead, where they mix."""
    kinds = {type(event) for event in events if isinstance(event, Message)}
    if len(kinds) < 2:
        return events
    return [type(event)(event.data, True, True) if isinstance(event, Message) else event for event in events]


@given(EVENTS, st.sampled_from(list(ConnectionType)), st.booleans(), st.integers(1, 5000))
def test_what_wsproto_sends_is_read(drawn: list[Event], kind: ConnectionType, packs: bool, piece: int) -> None:
    events = of_one_kind(drawn)
    messages = [event for event in events if isinstance(event, Message)]
    if messages and not messages[-1].message_finished:
        events = [*events, type(messages[-1])(messages[-1].data, True, True)]
    data = sent(kind, events, packs)
    reader = FrameReader(LIMIT)
    frames = [frame for at in range(0, len(data), piece) for frame in reader.feed(data[at : at + piece])]
    assert not reader.broken
    if packs:  # where a part of a message ends, its bytes may still be in the compressor
        whole = b"".join(payload or b"" for kind_, payload, _ in told(frames) if kind_ not in ("ping", "pong"))
        assert whole == b"".join(data or b"" for kind_, data, _ in expected(events) if kind_ not in ("ping", "pong"))
        assert [frame.is_final for frame in frames] == [final for _, _, final in expected(events)]
    else:
        assert told(frames) == expected(events)


def test_a_close_has_its_code_and_reason() -> None:
    (frame,) = FrameReader(LIMIT).feed(sent(ConnectionType.SERVER, [CloseConnection(1001, "bye")], False))
    assert (frame.kind, frame.payload) == ("close", b"\x03\xe9bye")


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_cut_of_any_bytes_gives_the_same_frames(data: bytes, piece: int) -> None:
    whole, pieces = FrameReader(8), FrameReader(8)
    found = whole.feed(data)
    assert [frame for at in range(0, len(data), piece) for frame in pieces.feed(data[at : at + piece])] == found
    assert pieces.broken == whole.broken
    assert all(len(frame.payload) <= 8 for frame in found)


@pytest.mark.parametrize(
    "data",
    [b"\x83\x00", b"\xb1\x00", b"\x89\x7e\x00\x80", b"\x09\x00", b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"],
    ids=["opcode", "reserved bit", "long ping", "ping in parts", "endless"],
)
def test_what_is_no_frame_breaks_it(data: bytes) -> None:
    reader = FrameReader(8)
    reader.feed(data)
    assert reader.broken
    assert reader.feed(b"\x81\x00") == []


def packed(data: bytes, change: Callable[[bytes], bytes] = lambda made: made) -> Frame:
    packing = zlib.compressobj(wbits=-15)
    made = change((packing.compress(data) + packing.flush(zlib.Z_SYNC_FLUSH))[:-4])
    return Frame(1, len(made), made, is_packed=True)


def test_what_can_not_be_unpacked_is_not_guessed() -> None:
    unpacker = Unpacker()
    assert unpacker.unpack(packed(b"hello")) == b"hello"
    assert unpacker.unpack(packed(b"hello", lambda made: b"\xff\xff" + made)) is None
    assert unpacker.unpack(packed(b"hello")) is None, "what follows rests on it"
    assert unpacker.unpack(Frame(9, 2, b"hi")) == b"hi"
    assert unpacker.unpack(Frame(1, 2, b"hi")) == b"hi"
    assert Unpacker().unpack(Frame(1, 50, b"\0", is_packed=True)) is None


def test_a_bomb_stays_small() -> None:
    unpacker = Unpacker()
    made = unpacker.unpack(packed(bytes(50_000_000)))
    assert made is not None and len(made) <= 64 * 1024
    assert unpacker.unpack(Frame(CONTINUATION, 0, b"")) is None


def seen(*steps: tuple[Side, bytes]) -> list[Sight]:
    reader = Reader(7)
    return [sight for side, data in steps for sight in reader.feed(side, data, 1.0)]


def framed(sights: list[Sight]) -> list[tuple[Side, bytes]]:
    return [(sight.side, sight.frame.payload) for sight in sights if isinstance(sight, Framed)]


def test_frames_follow_the_upgrade_on_both_sides() -> None:
    hello = sent(ConnectionType.CLIENT, [TextMessage("hello")], False)
    answer = sent(ConnectionType.SERVER, [TextMessage("welcome")], False)
    at_once: list[tuple[Side, bytes]] = [("client", UPGRADE + hello), ("server", SWITCHED + answer)]
    in_turn: list[tuple[Side, bytes]] = [
        ("client", UPGRADE),
        ("server", SWITCHED[:9]),
        ("server", SWITCHED[9:]),
        ("client", hello),
        ("server", answer),
    ]
    for steps in (at_once, in_turn):
        assert sorted(framed(seen(*steps))) == [("client", b"hello"), ("server", b"welcome")]


def test_what_is_no_frame_is_said_once() -> None:
    sights = seen(("client", UPGRADE), ("server", SWITCHED), ("client", b"\xff" * 9), ("client", b"\xff" * 9))
    (said,) = [sight for sight in sights if isinstance(sight, Unreadable)]
    assert "no frame" in said.why


def test_after_another_upgrade_nothing_is_read() -> None:
    other = SWITCHED.replace(b"WebSocket", b"h2c")
    assert framed(seen(("client", UPGRADE), ("server", other + b"\x81\x02hi"), ("client", b"\x81\x02hi"))) == []


@given(st.binary(max_size=80), st.integers(1, 30))
def test_any_cut_of_an_upgraded_connection_gives_the_same_sights(data: bytes, piece: int) -> None:
    whole = seen(("client", UPGRADE), ("server", SWITCHED + data))
    bytes_of = SWITCHED + data
    cut = seen(("client", UPGRADE), *(("server", bytes_of[at : at + piece]) for at in range(0, len(bytes_of), piece)))
    assert cut == whole
