"""The reader, fed any pieces of any bytes."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import ENDINGS, SIDES, STREAMS

from stackwalk.wire.explain import oddities
from stackwalk.wire.message import Chunks, Side
from stackwalk.wire.reader import HELD_LIMIT, WAITING_LIMIT, Reader
from stackwalk.wire.sight import (
    Answered,
    Asked,
    Closed,
    Interim,
    Sight,
    Unanswered,
    Unreadable,
)

GET = b"GET /a HTTP/1.1\r\nHost: here\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
END: tuple[Side, None] = ("server", None)
Step = tuple[Side, bytes | None]


def sights(steps: Iterable[Step], reset: bool = False) -> list[Sight]:
    """What is seen; `None` for bytes ends that side, the end of the list ends both."""
    reader = Reader(7)
    seen: list[Sight] = []
    for side, data in steps:
        seen += reader.close(side, 1.0, reset) if data is None else reader.feed(side, data, 1.0)
    return [*seen, *reader.close("server", 1.0), *reader.close("client", 1.0)]


def answered(seen: list[Sight]) -> list[Answered]:
    return [sight for sight in seen if isinstance(sight, Answered)]


def unreadable(seen: list[Sight]) -> list[Unreadable]:
    return [sight for sight in seen if isinstance(sight, Unreadable)]


def kinds(seen: list[Sight]) -> list[str]:
    return [type(sight).__name__ for sight in seen]


def test_a_request_and_its_answer_are_an_exchange() -> None:
    reader = Reader(7)
    asked = reader.feed("client", GET, 1.0)
    done = reader.feed("server", OK, 1.25)
    assert [type(sight) for sight in asked] == [Asked]
    assert [type(sight) for sight in done] == [Answered]
    (sight,) = answered(done)
    exchange = sight.exchange
    assert exchange.request is not None and exchange.response is not None
    assert (exchange.request.method, exchange.request.target, exchange.request.version) == (
        "GET",
        "/a",
        "HTTP/1.1",
    )
    assert (exchange.response.status, exchange.response.reason) == (200, "OK")
    assert (exchange.response.body, exchange.response.body_size, exchange.response.ended_by) == (
        b"hi",
        2,
        "length",
    )
    assert exchange.milliseconds == 250
    assert (exchange.number, exchange.connection) == (1, 7)
    assert exchange.request.head.raw == GET


def test_bare_newlines_are_line_ends() -> None:
    seen = sights([("client", GET), ("server", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi")])
    assert kinds(seen) == ["Asked", "Answered", "Closed"]
    response = answered(seen)[0].exchange.response
    assert response is not None and response.head.header("content-length") == b"2" and response.body == b"hi"


def test_an_answer_without_headers_ends_with_the_connection() -> None:
    seen = sights([("client", GET), ("server", b"HTTP/1.0 200 OK\r\n\r\nhi"), END])
    response = answered(seen)[0].exchange.response
    assert response is not None and (response.body, response.ended_by) == (b"hi", "close")
    assert kinds(seen) == ["Asked", "Answered", "Closed"]


def test_a_length_that_is_too_long_is_cut_by_the_end() -> None:
    seen = sights([("client", GET), ("server", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"), END])
    response = answered(seen)[0].exchange.response
    assert response is not None and (response.body_size, response.ended_by) == (2, "cut")


def test_a_reset_cuts_an_answer_that_would_end_with_the_connection() -> None:
    seen = sights([("client", GET), ("server", b"HTTP/1.1 200 OK\r\n\r\nhi"), END], reset=True)
    response = answered(seen)[0].exchange.response
    assert response is not None and response.ended_by == "cut"
    closed = seen[-1]
    assert isinstance(closed, Closed) and closed.reset and closed.by == "server"


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_that_has_no_body_ends_with_its_head(status: bytes) -> None:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\n"
    seen = sights([("client", GET + GET), ("server", head + OK)])
    assert [a.exchange.response and a.exchange.response.status for a in answered(seen)] == [
        int(status[:3]),
        200,
    ]


def test_an_answer_to_head_has_no_body() -> None:
    seen = sights([("client", b"HEAD / HTTP/1.1\r\n\r\n" + GET), ("server", OK[:-2] + OK)])
    assert [a.exchange.response and a.exchange.response.body for a in answered(seen)] == [b"", b"hi"]


def test_chunks_are_taken_apart() -> None:
    body = b"5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: 1\r\n\r\n"
    seen = sights(
        [
            ("client", GET + GET),
            ("server", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + OK),
        ]
    )
    first = answered(seen)[0].exchange.response
    assert first is not None and (first.body, first.body_size, first.ended_by) == (b"hello!", 6, "chunked")
    assert len(answered(seen)) == 2


def test_a_chunk_size_that_is_no_number_is_said_once() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    seen = sights([("client", GET), ("server", head + b"2\r\nhi\r\nxyz\r\n"), ("server", OK)])
    (problem,) = unreadable(seen)
    assert problem.why == "a chunk's size is not a hexadecimal number"
    assert problem.exchange is not None and problem.exchange.response is not None
    assert (problem.exchange.response.body, problem.exchange.response.ended_by) == (b"hi", "cut")
    assert answered(seen) == []


def test_pipelined_requests_get_their_answers_in_order() -> None:
    seen = sights([("client", b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"), ("server", OK + OK)])
    assert [a.exchange.request and a.exchange.request.target for a in answered(seen)] == ["/1", "/2"]
    assert [a.exchange.number for a in answered(seen)] == [1, 2]


def test_interim_answers_come_before_the_real_one() -> None:
    seen = sights([("client", GET), ("server", b"HTTP/1.1 100 Continue\r\n\r\n" + OK)])
    assert kinds(seen) == ["Asked", "Interim", "Answered", "Closed"]
    assert isinstance(seen[1], Interim) and seen[1].response.status == 100


def test_an_answer_before_its_request_is_whole_is_an_exchange_and_the_rest_is_no_request() -> None:
    upload = b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    full = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    seen = sights([("client", upload + b"x" * 10), ("server", full), ("client", b"x" * 90 + GET), ("server", OK)])
    early, normal = answered(seen)
    assert early.exchange.request is not None and early.exchange.request.body_size == 10
    assert early.exchange.request_done_at is None
    assert [note.code for note in early.exchange.notes] == ["early-answer"]
    assert normal.exchange.request is not None and normal.exchange.request.target == "/a"
    assert unreadable(seen) == []


def test_an_answer_that_nobody_asked_for_is_paired_with_the_request_that_follows() -> None:
    seen = sights([("server", OK), ("client", GET)])
    assert kinds(seen) == ["Asked", "Answered", "Closed"]
    assert answered(seen)[0].exchange.request is not None


def test_an_answer_that_nobody_ever_asked_for_is_told_at_the_end() -> None:
    seen = sights([("server", OK), END])
    (only,) = answered(seen)
    assert only.exchange.request is None and [note.code for note in only.exchange.notes] == ["unasked"]


def test_a_request_without_an_answer_is_told_at_the_end() -> None:
    seen = sights([("client", GET), END])
    assert kinds(seen) == ["Asked", "Unanswered", "Closed"]
    assert isinstance(seen[1], Unanswered) and seen[1].exchange.response is None


def test_silence_is_only_closed() -> None:
    assert kinds(sights([])) == ["Closed"]


def test_after_an_upgrade_nothing_is_read() -> None:
    ask = b"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"
    seen = sights(
        [
            ("client", ask + b"\x81\x05early"),
            ("server", b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi"),
            ("client", b"\x81\x02ho"),
        ]
    )
    assert kinds(seen) == ["Asked", "Answered", "Closed"]


def test_an_upgrade_that_is_not_taken_lets_http_go_on() -> None:
    ask = b"GET /1 HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"
    seen = sights([("client", ask + GET), ("server", OK), ("server", OK)])
    assert [a.exchange.request and a.exchange.request.target for a in answered(seen)] == ["/1", "/a"]


def test_after_a_tunnel_is_open_nothing_is_read() -> None:
    seen = sights(
        [
            ("client", b"CONNECT there:443 HTTP/1.1\r\n\r\n"),
            ("server", b"HTTP/1.1 200 OK\r\n\r\n"),
            ("client", b"\x16\x03\x01\x00\x05hello"),
            ("server", b"\x16\x03\x01"),
        ]
    )
    assert kinds(seen) == ["Asked", "Answered", "Closed"]


def test_tls_is_named_once_and_its_answer_is_not_read() -> None:
    hello = b"\x16\x03\x01\x00\x05hello"
    seen = sights([("client", hello), ("server", b"HTTP/1.1 400 Bad Request\r\n\r\n"), ("client", b"more")])
    assert kinds(seen) == ["Unreadable", "Closed"]
    assert unreadable(seen)[0].why.startswith("TLS (https)")
    assert unreadable(seen)[0].raw == hello


def test_http2_is_named_once() -> None:
    seen = sights([("client", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00"), ("server", b"\x00\x00\x12")])
    assert kinds(seen) == ["Unreadable", "Closed"]
    assert unreadable(seen)[0].why.startswith("HTTP/2")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"hi there", "it does not begin with a status line"),
        (b"<h1>hi</h1>\r\n\r\n", "it does not begin with a status line"),
        (b"HTTP/1.1 OK\r\n\r\n", "its status line has no status of three digits"),
        (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "it does not begin with a status line"),
    ],
)
def test_an_answer_without_a_status_line_is_unreadable(answer: bytes, why: str) -> None:
    seen = sights([("client", GET), ("server", answer), END])
    assert kinds(seen) == ["Asked", "Unreadable", "Closed"]
    (problem,) = unreadable(seen)
    assert (problem.side, problem.why, problem.raw) == ("server", why, answer[: len(problem.raw)])
    assert problem.exchange is not None and problem.exchange.request is not None


def test_a_head_that_is_cut_is_shown_as_far_as_it_came() -> None:
    seen = sights([("client", GET), ("server", b"HTTP/1.1 200 OK\r\nContent-Type: te"), END])
    exchange = answered(seen)[0].exchange
    assert exchange.response is not None and (exchange.response.status, exchange.response.ended_by) == (
        200,
        "cut",
    )
    assert [note.code for note in exchange.notes] == ["head-cut"]


LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"
CHUNKS = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"
PEER = "(curl: Recv failure: Connection reset by peer)"


@pytest.mark.parametrize(
    ("came", "ends", "words"),
    [
        (LONG, [("server", False)], "2 bytes of the 9 that were promised came, then the server ended the connection"),
        (LONG, [("server", True)], f"promised came, then the server reset the connection {PEER}"),
        (LONG, [("client", True)], "promised came, then the client reset the connection"),
        (LONG, [("client", False), ("server", False)], "promised came, then the client ended first"),
        (LONG, [("client", False), ("server", True)], "promised came, then the client ended first"),
        (LONG, [], "promised came, then the tap ended"),
        (CHUNKS, [("server", False)], "was cut: 2 bytes came, then the server ended the connection"),
        (CHUNKS + b"no size\r\n", [], "was cut: 2 bytes came, and what follows can't be read"),
        (b"", [("server", False)], "the server ended the connection before any answer (curl: Empty reply from server)"),
        (b"", [("server", True)], f"the server reset the connection before any answer {PEER}"),
        (b"", [("server", False), ("client", True)], "the server ended the connection before any answer (curl: Empty"),
        (b"", [("client", False)], "the client ended first, before any answer"),
        (b"", [("client", True)], "the client reset the connection before any answer"),
        (b"", [], "the tap ended before any answer"),
        (b"HTTP/1.1 200 OK\r\nX-", [("client", True)], "the client reset the connection before the answer's head was"),
    ],
)
def test_what_has_no_end_says_how_the_connection_ended(came: bytes, ends: list[tuple[Side, bool]], words: str) -> None:
    reader = Reader(7)
    seen = [*reader.feed("client", GET, 1.0), *reader.feed("server", came, 1.0)]
    for side, reset in ends:
        seen += reader.close(side, 1.0, reset)
    seen += reader.end(1.0)
    (exchange,) = [one.exchange for one in seen if isinstance(one, Answered | Unanswered | Unreadable) and one.exchange]
    (note,) = exchange.notes
    assert words in note.text
    assert [other.code for other in oddities(exchange) if other.code in ("cut", "no-answer")] == [note.code]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"", b"hello", "before it was sent"),
        (b"hel", b"lo", "was not waiting for it"),
        (b"hello", b"", "was not waiting for it"),
    ],
)
def test_100_continue_is_asked_for_only_while_the_body_is_awaited(before: bytes, after: bytes, words: str) -> None:
    ask = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    seen = sights([("client", ask + before), ("server", go_on), ("client", after), ("server", go_on + OK)])
    (note,) = answered(seen)[0].exchange.notes
    assert (note.code, words in note.text) == ("continue", True)


def test_the_answer_to_what_could_not_be_read_is_not_called_unasked() -> None:
    seen = sights([("client", b"GET / HTTP/1.1\r\nA: " + bytes(300_000)), ("server", OK), END])
    assert kinds(seen) == ["Unreadable", "Answered", "Closed"]
    assert [note.code for note in answered(seen)[0].exchange.notes] == ["unread"]


def test_a_length_that_is_too_big_is_a_number() -> None:
    seen = sights([("client", b"POST / HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % (b"9" * 20))])
    assert unreadable(seen)[0].why == "the request's Content-Length is a number too big to count with"


@pytest.mark.parametrize(
    "steps",
    [
        [("client", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), ("server", OK)],
        [("client", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"), ("server", OK)],
        [("client", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), ("server", OK), ("client", b"x\r\n")],
        [("server", OK), ("client", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")],
    ],
)
def test_an_exchange_whose_request_can_not_be_read_to_its_end_is_told_once(steps: list[Step]) -> None:
    seen = sights(steps)
    assert sorted(kinds(seen)) == ["Answered", "Asked", "Closed", "Unreadable"]
    assert unreadable(seen)[0].exchange is None


def test_bytes_after_the_end_of_an_answer_are_named() -> None:
    seen = sights([("client", GET), ("server", OK + b" there"), END])
    assert kinds(seen) == ["Asked", "Answered", "Unreadable", "Closed"]
    assert unreadable(seen)[0].why == "more bytes came after the end of the answer (RFC 9112 6.3)"


def test_nonsense_from_a_client_is_said_and_the_answer_to_it_is_read() -> None:
    seen = sights([("client", b"hello\r\n"), ("server", OK), END])
    assert kinds(seen) == ["Unreadable", "Answered", "Closed"]
    assert unreadable(seen)[0].why == "it does not begin with a request line"


def test_a_connection_that_never_was_http_gets_one_sentence() -> None:
    seen = sights([("server", b"SSH-2.0-x\r\n"), ("client", b"SSH-2.0-y\r\n"), ("server", b"\x00\x01")])
    assert kinds(seen) == ["Unreadable", "Closed"]


def test_a_head_beyond_the_limit_is_unreadable() -> None:
    long = b"GET / HTTP/1.1\r\n" + b"A: " + b"a" * (256 * 1024) + b"\r\n\r\n"
    assert [problem.why for problem in unreadable(sights([("client", long)]))] == ["its head is longer than 256 KiB"]


def test_a_body_is_kept_to_its_limit_and_counted_to_its_end() -> None:
    reader = Reader(1, body_limit=10)
    reader.feed("client", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n" + b"x" * 100, 0.0)
    (sight,) = reader.feed("server", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" + b"y" * 50, 0.0)
    assert isinstance(sight, Answered)
    request, response = sight.exchange.request, sight.exchange.response
    assert request is not None and (request.body, request.body_size) == (b"x" * 10, 100)
    assert response is not None and (response.body, response.body_size) == (b"y" * 10, 50)


def test_requests_that_nobody_answers_are_bounded() -> None:
    seen = sights([("client", GET)] * (WAITING_LIMIT + 10))
    assert [problem.why for problem in unreadable(seen)] == ["too many requests wait for an answer"]
    assert kinds(seen).count("Unanswered") == WAITING_LIMIT


def test_what_is_held_for_an_upgrade_is_bounded() -> None:
    reader = Reader(1)
    reader.feed("client", b"GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n", 0.0)
    for _ in range(HELD_LIMIT // 65536 + 2):
        reader.feed("client", b"x" * 65536, 0.0)
    assert kinds(reader.feed("server", OK, 0.0)) == ["Answered"]
    assert kinds(reader.end(0.0)) == ["Closed"]


def test_the_end_counts_what_passed() -> None:
    closed = sights([("client", GET), ("server", OK)])[-1]
    assert isinstance(closed, Closed)
    assert (closed.client_bytes, closed.server_bytes, closed.reset) == (len(GET), len(OK), False)


def play(steps: list[tuple[Side, bytes]], endings: list[tuple[Side, bool]]) -> list[Sight]:
    reader = Reader(1, body_limit=100)
    seen: list[Sight] = []
    for side, data in steps:
        seen += reader.feed(side, data, 0.0)
    for side, reset in endings:
        seen += reader.close(side, 0.0, reset)
    return seen + reader.end(0.0)


@given(STREAMS, ENDINGS, st.randoms(use_true_random=False))
def test_any_cut_of_the_same_bytes_gives_the_same_sights(
    stream: list[tuple[Side, bytes]], endings: list[tuple[Side, bool]], random: object
) -> None:
    drips: list[tuple[Side, bytes]] = [(side, data[i : i + 1]) for side, data in stream for i in range(len(data))]
    joined: list[tuple[Side, bytes]] = []
    for side, data in stream:
        if joined and joined[-1][0] == side:
            joined[-1] = (side, joined[-1][1] + data)
        else:
            joined.append((side, data))
    whole = play(stream, endings)
    assert play(drips, endings) == whole
    assert play(joined, endings) == whole


@given(st.lists(st.tuples(SIDES, st.binary(max_size=60)), max_size=8), ENDINGS)
def test_no_bytes_make_it_raise(stream: list[tuple[Side, bytes]], endings: list[tuple[Side, bool]]) -> None:
    seen = play(stream, endings)
    assert kinds(seen).count("Closed") == 1
    assert isinstance(seen[-1], Closed)


def test_a_long_head_may_come_a_byte_at_a_time() -> None:
    head = b"GET / HTTP/1.1\r\nA: " + b"a" * 65536 + b"\r\n\r\n"
    seen = sights([("client", head[i : i + 1]) for i in range(len(head))] + [("server", OK)])
    assert kinds(seen) == ["Asked", "Answered", "Closed"]


def test_who_asks_before_the_answer_came_is_said() -> None:
    first, second = answered(sights([("client", GET + GET), ("server", OK + OK)]))
    assert [note.code for note in first.exchange.notes] == []
    assert [note.code for note in second.exchange.notes] == ["pipelined"]
    one_by_one = sights([("client", GET), ("server", OK), ("client", GET), ("server", OK)])
    assert [sight.exchange.notes for sight in answered(one_by_one)] == [(), ()]


def test_what_came_before_the_answer_is_part_of_the_exchange() -> None:
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    (sight,) = answered(sights([("client", GET), ("server", go_on + hints + hints + OK)]))
    assert [note.code for note in sight.exchange.notes] == ["continue", "early-hints"]


def test_chunks_are_counted_and_the_first_of_them_measured() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"2\r\nhi\r\n" * 9 + b"A\r\n0123456789\r\n0\r\n\r\n"
    (sight,) = answered(sights([("client", GET), ("server", head + chunks)]))
    response = sight.exchange.response
    assert response is not None and response.chunks == Chunks(10, (2,) * 8)


@pytest.mark.parametrize("lengths", [b"Content-Length: 2\r\nContent-Length: 5\r\n", b"Content-Length: 2, 5\r\n"])
def test_lengths_of_a_request_that_differ_are_said_and_its_answer_is_not_called_early(lengths: bytes) -> None:
    asked = b"POST / HTTP/1.1\r\nHost: a\r\n" + lengths + b"\r\nhello"
    seen = sights([("client", asked), ("server", OK)])
    (odd,), (answer,) = unreadable(seen), answered(seen)
    assert odd.why == "the request's Content-Lengths differ, so nobody can know its end"
    assert {note.code for note in oddities(answer.exchange)} == {"lengths-differ"}
    assert answer.exchange.notes == ()
