"""Messages and exchanges that hypothesis draws."""

from hypothesis import strategies as st

from stackwalk.wire.events import Event
from stackwalk.wire.frames import Frame
from stackwalk.wire.message import Chunks, Exchange, Note, Request, Response, read_head

HEADS = st.binary(max_size=60).map(read_head)
NUMBERS = st.integers(0, 2**40)
TIMES = st.integers(0, 10**14).map(lambda count: count / 1e6)  # whole microseconds, as they are taken
MAYBE = st.none() | TIMES
CHUNKS = st.none() | st.builds(Chunks, NUMBERS, st.lists(NUMBERS, max_size=3).map(tuple))
REQUESTS = st.builds(Request, HEADS, st.binary(max_size=20), NUMBERS, CHUNKS)
RESPONSES = st.builds(
    Response,
    HEADS,
    st.binary(max_size=20),
    NUMBERS,
    st.sampled_from(["length", "chunked", "close", "none", "cut"]),
    CHUNKS,
)
NOTES = st.lists(st.builds(Note, st.text(), st.text(), st.text()), max_size=2).map(tuple)
EXCHANGES = st.builds(
    Exchange,
    NUMBERS,
    NUMBERS,
    st.none() | REQUESTS,
    st.none() | RESPONSES,
    MAYBE,
    MAYBE,
    MAYBE,
    MAYBE,
    NOTES,
    MAYBE,
    MAYBE,
)
FRAMES = st.builds(Frame, st.integers(0, 15), NUMBERS, st.binary(max_size=20), st.booleans(), st.booleans())
EVENTS = st.builds(Event, st.binary(max_size=9), st.binary(max_size=20), NUMBERS, st.none() | st.binary(max_size=5))
