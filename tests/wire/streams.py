"""What may pass on a connection, for hypothesis."""

from hypothesis import strategies as st

from stackwalk.wire.message import Side

Step = tuple[Side, bytes]  # who sent it, and what
Ending = tuple[Side, bool]  # who ended, and whether with a reset
GET = b"GET /a HTTP/1.1\r\nHost: here\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
PIECES = st.sampled_from(
    [
        GET,
        OK,
        OK[:-2],
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
        b"POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n",
        b"HEAD / HTTP/1.0\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 x\r\n\r\n",
        b"HTTP/1.1 204 x\n\n",
        b"HTTP/1.1 200 OK\n\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"5\r\nhello\r\n",
        b"3;a\nabc\n",
        b"0\r\n\r\n",
        b"0\nT: x\n\n",
        b"hello",
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"x" * 300,
        b"\x16\x03\x01\x00\x03abc",
        b"PRI * HTTP/2.0\r\n\r\n",
        b"HTTP/",
        b"GET ",
    ]
)
SIDES: st.SearchStrategy[Side] = st.sampled_from(["client", "server"])
STREAMS = st.lists(st.tuples(SIDES, PIECES | st.binary(max_size=12)), max_size=12)
ENDINGS = st.lists(st.tuples(SIDES, st.booleans()), max_size=3)
