"""Both ends see through the tap what they would have seen without it."""

import select
import socket
import threading
from typing import Any

import psutil
import pytest
from meeting import (
    PATIENCE,
    Met,
    Part,
    call,
    directly,
    is_turned_away,
    read_end,
    read_exactly,
    reset,
    serving,
    through_a_tap,
    until,
    wait_for,
)
from ports import unused_port

from stackwalk.tap.tapping import tapping
from stackwalk.wire.sight import Answered, Asked, Closed, Refused, Sight, Unreadable

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

TIMES = 100  # that an early answer is looked for, with the tap and without


def both_ways(client: Part, server: Part) -> Met:
    """Play it with and without the tap, and see that both sides saw the same."""
    direct = directly(client, server)
    tapped = through_a_tap(client, server)
    assert (tapped.client, tapped.server) == (direct.client, direct.server)
    return tapped


def only(kind: type, seen: list[Sight]) -> Any:
    (sight,) = [sight for sight in seen if isinstance(sight, kind)]
    return sight


def test_a_client_that_has_sent_all_still_gets_its_answer() -> None:
    def client(connection: socket.socket) -> Any:
        connection.sendall(GET)
        connection.shutdown(socket.SHUT_WR)
        return read_end(connection)

    def server(connection: socket.socket) -> Any:
        asked = read_end(connection)
        connection.sendall(OK)
        return asked

    met = both_ways(client, server)
    assert met.client == (OK, "end") and met.server == (GET, "end")
    closed = only(Closed, met.seen)
    assert (closed.by, closed.reset, closed.client_bytes, closed.server_bytes) == (
        "client",
        False,
        len(GET),
        len(OK),
    )


def test_a_server_that_has_sent_all_still_hears_its_client() -> None:
    def client(connection: socket.socket) -> Any:
        first = read_end(connection)
        connection.sendall(b"and more")
        return first

    def server(connection: socket.socket) -> Any:
        connection.sendall(OK)
        connection.shutdown(socket.SHUT_WR)
        return read_end(connection)

    met = both_ways(client, server)
    assert met.client == (OK, "end") and met.server == (b"and more", "end")


def test_a_reset_by_the_server_arrives_as_a_reset_after_what_came_before() -> None:
    def client(connection: socket.socket) -> Any:
        connection.sendall(GET)
        got = read_exactly(connection, 18)
        connection.sendall(b"go on")
        return got, read_end(connection)

    def server(connection: socket.socket) -> Any:
        read_exactly(connection, len(GET))
        connection.sendall(b"HTTP/1.0 200 OK\n\nh")
        asked = read_exactly(connection, 5)
        reset(connection)
        return asked

    met = both_ways(client, server)
    assert met.client == (b"HTTP/1.0 200 OK\n\nh", (b"", "reset"))
    closed = only(Closed, met.seen)
    assert (closed.by, closed.reset) == ("server", True)
    assert only(Answered, met.seen).exchange.response.ended_by == "cut"


def test_a_reset_by_the_client_arrives_as_a_reset() -> None:
    def client(connection: socket.socket) -> Any:
        connection.sendall(GET)
        got = read_exactly(connection, 2)
        reset(connection)
        return got

    def server(connection: socket.socket) -> Any:
        asked = read_exactly(connection, len(GET))
        connection.sendall(b"HT")
        return asked, read_end(connection)

    met = both_ways(client, server)
    assert met.server == (GET, (b"", "reset"))
    closed = only(Closed, met.seen)
    assert (closed.by, closed.reset) == ("client", True)


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="only epoll tells of a reset that nobody reads")
def test_a_reset_after_an_end_arrives_too() -> None:
    gone = threading.Event()

    def client(connection: socket.socket) -> Any:
        connection.sendall(GET)
        connection.shutdown(socket.SHUT_WR)
        got = read_exactly(connection, 2)
        reset(connection)
        gone.set()
        return got

    def server(connection: socket.socket) -> Any:
        asked = read_end(connection)
        connection.sendall(b"HT")
        assert gone.wait(PATIENCE)
        waiting = select.poll()
        waiting.register(connection, 0)
        (problem,) = waiting.poll(PATIENCE * 1000) or [(0, 0)]
        return asked, bool(problem[1] & select.POLLERR)

    met = both_ways(client, server)
    assert met.server == ((GET, "end"), True)


def test_what_a_server_sends_before_it_resets_at_once_arrives() -> None:
    def server(connection: socket.socket) -> None:
        connection.sendall(b"no")
        reset(connection)

    def ask(port: int) -> Any:
        try:
            return call(port, read_end)
        except ConnectionResetError:
            return None  # the reset was quicker than `connect`, as it may be without a tap too

    with serving(server) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        answers = [answer for _ in range(100) if (answer := ask(tap.port)) is not None]
    assert len(answers) >= 20
    assert set(answers) == {(b"no", "reset")}


def test_an_answer_that_ends_an_upload_early_arrives_every_time() -> None:
    full = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbig\n"

    def client(connection: socket.socket) -> Any:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n")
        try:
            for _ in range(200):
                connection.sendall(b"x" * 100_000)
        except ConnectionError:
            pass
        return read_end(connection)[0]

    def server(connection: socket.socket) -> Any:
        connection.recv(1000)
        connection.sendall(full)

    with serving(server) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        direct = [call(port, client) for _ in range(TIMES)]
        answers, seen = [], []
        for _ in range(TIMES):
            answers.append(call(tap.port, client))
            seen += wait_for(tap, Closed)
    assert answers == direct == [full] * TIMES
    answered = [sight.exchange for sight in seen if isinstance(sight, Answered)]
    assert [exchange.response.status for exchange in answered if exchange.response] == [413] * TIMES


def test_a_byte_passes_at_once() -> None:
    """Each byte is waited for before the next is sent: none may be kept back, either way."""
    size = 60

    def client(connection: socket.socket) -> Any:
        got = b""
        for i in range(size):
            connection.sendall(bytes([i]))
            got += read_exactly(connection, 1)
        return got

    def server(connection: socket.socket) -> Any:
        got = b""
        for i in range(size):
            got += read_exactly(connection, 1)
            connection.sendall(bytes([255 - i]))
        return got

    met = both_ways(client, server)
    assert met.server == bytes(range(size))


def test_events_of_a_stream_arrive_one_by_one() -> None:
    arrived = [threading.Event() for _ in range(5)]

    def client(connection: socket.socket) -> Any:
        connection.sendall(GET)
        got = read_exactly(connection, len(head))
        for event in arrived:
            got += read_exactly(connection, 9)
            event.set()
        return got, read_end(connection)

    def server(connection: socket.socket) -> Any:
        read_exactly(connection, len(GET))
        connection.sendall(head)
        for i, event in enumerate(arrived):
            connection.sendall(b"data: %d\n\n" % i)
            assert event.wait(PATIENCE), f"event {i} did not arrive"

    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    met = both_ways(client, server)
    assert only(Answered, met.seen).exchange.response.body.count(b"data:") == 5


def test_interim_answers_and_pipelined_requests_pass_as_they_are() -> None:
    replies = b"HTTP/1.1 100 Continue\r\n\r\n" + OK + OK

    def client(connection: socket.socket) -> Any:
        connection.sendall(GET + GET)
        return read_end(connection)

    def server(connection: socket.socket) -> Any:
        asked = read_exactly(connection, 2 * len(GET))
        connection.sendall(replies)
        return asked

    met = both_ways(client, server)
    assert met.client == (replies, "end")
    assert [type(sight).__name__ for sight in met.seen] == [
        "Opened",
        "Asked",
        "Asked",
        "Interim",
        "Answered",
        "Answered",
        "Closed",
    ]


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (b"\x16\x03\x01\x00\x05hello", "TLS (https)"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
        (b"\x00\xff\x1b[2J\n", "it does not begin with a request line"),
    ],
)
def test_what_it_cannot_read_it_still_passes_on(first: bytes, why: str) -> None:
    def client(connection: socket.socket) -> Any:
        connection.sendall(first)
        got = read_exactly(connection, 4)
        connection.sendall(got[::-1])
        connection.shutdown(socket.SHUT_WR)
        return got, read_end(connection)

    def server(connection: socket.socket) -> Any:
        asked = read_exactly(connection, len(first))
        connection.sendall(b"\x00\x01\x02\x03")
        return asked, read_end(connection)

    met = both_ways(client, server)
    assert met.server == (first, (b"\x03\x02\x01\x00", "end"))
    assert only(Unreadable, met.seen).why.startswith(why)


def test_after_an_upgrade_anything_passes() -> None:
    def client(connection: socket.socket) -> Any:
        connection.sendall(b"GET / HTTP/1.1\r\nUpgrade: echo\r\n\r\n")
        head = read_exactly(connection, 22)
        connection.sendall(b"\x81\x02hi")
        return head, read_exactly(connection, 4)

    def server(connection: socket.socket) -> Any:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 101 Echo\r\n\r\n\x00")
        connection.sendall(read_exactly(connection, 4))
        return read_end(connection)

    met = both_ways(client, server)
    assert [type(sight).__name__ for sight in met.seen] == ["Opened", "Asked", "Answered", "Closed"]


def test_after_connect_anything_passes() -> None:
    def client(connection: socket.socket) -> Any:
        connection.sendall(b"CONNECT a:443 HTTP/1.1\r\n\r\n")
        head = read_exactly(connection, 19)
        connection.sendall(b"\x16\x03\x01hi")
        connection.shutdown(socket.SHUT_WR)
        return head, read_end(connection)

    def server(connection: socket.socket) -> Any:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.sendall(read_exactly(connection, 5) + b"HTTP/1.1 no\n")
        return read_end(connection)

    met = both_ways(client, server)
    assert [type(sight).__name__ for sight in met.seen] == ["Opened", "Asked", "Answered", "Closed"]


def test_a_byte_at_a_time_passes_as_it_was_sent() -> None:
    asked = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"

    def drip(connection: socket.socket, data: bytes) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(data)):
            connection.sendall(data[i : i + 1])

    def client(connection: socket.socket) -> Any:
        drip(connection, asked)
        return read_exactly(connection, len(reply))

    def server(connection: socket.socket) -> Any:
        got = read_exactly(connection, len(asked))
        drip(connection, reply)
        return got, read_end(connection)

    met = both_ways(client, server)
    exchange = only(Answered, met.seen).exchange
    assert (exchange.request.body, exchange.response.body) == (b"abc", b"hi")


@pytest.mark.parametrize("way", ["up", "down"])
def test_an_urgent_byte_stays_where_it_was(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with tapping(port=0, target=("127.0.0.1", listening.getsockname()[1])) as tap:
            with socket.create_connection(("127.0.0.1", tap.port), PATIENCE) as client:
                listening.settimeout(PATIENCE)
                server, _ = listening.accept()
                with server:
                    server.settimeout(PATIENCE)
                    sender, receiver = (client, server) if way == "up" else (server, client)
                    for data, flags in ((b"a", 0), (b"b", socket.MSG_OOB), (b"c", 0)):
                        sender.send(data, flags)
                    assert read_exactly(receiver, 3) == b"abc"


def test_a_client_that_says_nothing_is_only_opened_and_closed() -> None:
    met = both_ways(lambda connection: None, read_end)
    assert met.server == (b"", "end")
    assert [type(sight).__name__ for sight in met.seen] == ["Opened", "Closed"]


def test_a_server_that_speaks_first_is_heard_at_once() -> None:
    met = both_ways(lambda connection: read_exactly(connection, 6), lambda connection: connection.sendall(b"220 ok"))
    assert met.client == b"220 ok"


@pytest.mark.parametrize("way", ["down", "up"])
def test_whoever_reads_slowly_slows_the_sender_and_memory_stays_bounded(way: str) -> None:
    size = 50_000_000
    stalled = threading.Event()
    sent_by_then: list[int] = []

    def send(connection: socket.socket) -> None:
        left = size
        connection.setblocking(False)
        while left:
            _, writable, _ = select.select([], [connection], [], 1.0 if not stalled.is_set() else PATIENCE)
            if not writable:
                sent_by_then.append(size - left)
                stalled.set()
                continue
            left -= connection.send(memoryview(piece)[: min(left, len(piece))])
        connection.setblocking(True)
        connection.settimeout(PATIENCE)
        connection.shutdown(socket.SHUT_WR)

    def receive(connection: socket.socket) -> int:
        assert stalled.wait(PATIENCE), "the sender was never slowed"
        buffer = bytearray(1 << 20)
        total = 0
        while got := connection.recv_into(buffer):
            assert buffer[:got].count(b"x") == got
            total += got
        return total

    piece = b"x" * 262_144
    client, server = (receive, send) if way == "down" else (send, receive)
    with serving(server) as (port, told), tapping(port=0, target=("127.0.0.1", port)) as tap:
        before = psutil.Process(tap.pid).memory_info().rss
        returned = call(tap.port, client)
        wait_for(tap, Closed)
        grown = psutil.Process(tap.pid).memory_info().rss - before
    assert (returned if way == "down" else told[0]) == size
    assert sent_by_then[0] < 30_000_000
    assert grown < 20_000_000


def test_a_target_that_is_down_closes_its_clients_at_once_and_works_when_it_is_up() -> None:
    port = unused_port()
    with tapping(port=0, target=("localhost", port)) as tap:
        assert is_turned_away(tap.port)
        seen = wait_for(tap, Closed)
        assert only(Refused, seen).why == f"nothing listens on port {port}"
        assert only(Closed, seen).by is None
        with socket.create_server(("127.0.0.1", port)) as listening:
            with socket.create_connection(("127.0.0.1", tap.port), PATIENCE) as client:
                server, _ = listening.accept()
                with server:
                    server.sendall(OK)
                    assert read_exactly(client, len(OK)) == OK


def test_no_target_refuses() -> None:
    with tapping(port=0, target=None) as tap:
        assert is_turned_away(tap.port)
        assert only(Refused, wait_for(tap, Closed)).why == "nothing runs behind this door"


def test_held_clients_wait_until_it_is_aimed() -> None:
    def server(connection: socket.socket) -> Any:
        asked = read_exactly(connection, len(GET))
        connection.sendall(OK)
        return asked

    with serving(server) as (port, told), tapping(port=0, target="hold") as tap:
        with socket.create_connection(("127.0.0.1", tap.port), PATIENCE) as client:
            client.settimeout(PATIENCE)
            client.sendall(GET)
            tap.aim(("127.0.0.1", port))
            assert read_end(client) == (OK, "end")
        assert told == [GET]


def test_held_clients_do_not_wait_for_ever() -> None:
    with tapping(port=0, target="hold") as tap:
        assert is_turned_away(tap.port)
        assert only(Refused, wait_for(tap, Closed)).why == "the program behind this door did not come back in time"


def test_a_target_that_is_the_tap_itself_is_refused() -> None:
    with tapping(port=0, target=None) as tap:
        tap.aim(("127.0.0.1", tap.port))
        assert is_turned_away(tap.port)
        refused = [sight for sight in wait_for(tap, Closed, 2) if isinstance(sight, Refused)]
        assert "the target is this very address" in [sight.why for sight in refused]


def test_many_clients_at_once_are_kept_apart() -> None:
    def server(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            connection.sendall(data)

    def client(number: int) -> bool:
        def part(connection: socket.socket) -> bool:
            said = bytes([number]) * 10_000
            connection.sendall(said)
            return read_exactly(connection, len(said)) == said

        return bool(call(tap.port, part))

    results: list[bool] = []
    with serving(server) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        threads = [threading.Thread(target=lambda n=n: results.append(client(n))) for n in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        closed = [sight for sight in wait_for(tap, Closed, 40) if isinstance(sight, Closed)]
    assert results == [True] * 40
    assert {sight.client_bytes for sight in closed} == {10_000}


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="only Linux limits another process")
def test_without_room_for_more_sockets_clients_wait_and_nothing_breaks() -> None:
    def server(connection: socket.socket) -> None:
        connection.sendall(read_exactly(connection, 1))

    with serving(server) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        process = psutil.Process(tap.pid)
        process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + 7, process.num_fds() + 7))
        clients = [socket.create_connection(("127.0.0.1", tap.port), PATIENCE) for _ in range(12)]
        for client in clients:
            with client:
                client.sendall(b"x")
                assert read_exactly(client, 1) == b"x"
        assert not [sight for sight in wait_for(tap, Closed, 12) if isinstance(sight, Refused)]


def test_what_passes_is_seen_before_the_connection_ends() -> None:
    asked = threading.Event()

    def server(connection: socket.socket) -> None:
        read_exactly(connection, len(GET))
        assert asked.wait(PATIENCE)
        connection.sendall(OK)

    with serving(server) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        with socket.create_connection(("127.0.0.1", tap.port), PATIENCE) as client:
            client.sendall(GET)
            (sight,) = [sight for sight in wait_for(tap, Asked) if isinstance(sight, Asked)]
            assert sight.request.head.raw == GET
            asked.set()
            assert read_end(client) == (OK, "end")


def test_the_end_of_the_tap_resets_what_is_open() -> None:
    """An answer that is cut must not look whole."""
    with serving(read_end) as (port, told):
        with tapping(port=0, target=("127.0.0.1", port)) as tap:
            client = socket.create_connection(("127.0.0.1", tap.port), PATIENCE)
            client.sendall(GET)
            wait_for(tap, Asked)
        with client:
            assert read_end(client) == (b"", "reset")
        assert until(lambda: told) == [(GET, "reset")]
