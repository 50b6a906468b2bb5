"""The stage with real sockets: what clients send becomes events, what is sent reaches them whole."""

import contextlib
import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest

from stackwalk.session.human import Brought, Called, Connected, HumanEvent, Left, Odd, Received
from stackwalk.session.human_stage import KEPT_OF_BODY, LONGEST_HEAD, MOST_CONNECTIONS, HumanStage, hosting

DEADLINE = 10.0  # seconds for anything that should happen at once
REQUEST = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def stage() -> Iterator[HumanStage]:
    with hosting() as stage:
        yield stage


@contextlib.contextmanager
def client(stage: HumanStage, data: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", stage.port), timeout=DEADLINE) as connection:
        connection.sendall(data)
        yield connection


def events_until(stage: HumanStage, enough: Callable[[list[HumanEvent]], bool]) -> list[HumanEvent]:
    """Everything that happens until it is enough; the stage is read as the lab's loop does."""
    seen: list[HumanEvent] = []
    deadline = time.monotonic() + DEADLINE
    with selectors.DefaultSelector() as selector:
        selector.register(stage, selectors.EVENT_READ)
        while not enough(seen):
            assert time.monotonic() < deadline, f"not enough happened: {seen}"
            selector.select(0.2)
            seen += stage.read()
    return seen


def events_with(stage: HumanStage, *wanted: HumanEvent) -> list[HumanEvent]:
    return events_until(stage, lambda seen: all(event in seen for event in wanted))


def rest_of(connection: socket.socket) -> bytes:
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def test_a_request_is_reported_when_its_head_is_whole(stage: HumanStage) -> None:
    with client(stage, REQUEST[:10]) as connection:
        assert events_with(stage, Connected(1)) == [Connected(1)]
        connection.sendall(REQUEST[10:])
        assert events_with(stage, Called(1, REQUEST)) == [Called(1, REQUEST)]


def test_bare_line_feeds_end_a_head_too_and_line_ends_before_it_are_passed_over(stage: HumanStage) -> None:
    with client(stage, b"\r\n\r\n\nGET / HTTP/1.0\n\n"):
        assert events_with(stage, Called(1, b"GET / HTTP/1.0\n\n"))


def test_what_is_sent_arrives_piece_by_piece_and_the_end_is_seen(stage: HumanStage) -> None:
    with client(stage, REQUEST) as connection:
        events_with(stage, Called(1, REQUEST))
        stage.send(1, b"HTTP/1.1 200 OK\r\n")
        assert connection.recv(100) == b"HTTP/1.1 200 OK\r\n"
        stage.send(1, b"\r\n")
        stage.send(1, b"Hi there!\r\n")
        stage.close(1)
        assert rest_of(connection) == b"\r\nHi there!\r\n"
        connection.close()
        assert events_with(stage, Received(1)) == [Received(1)]


def test_an_answer_survives_a_client_that_is_still_sending(stage: HumanStage) -> None:
    """Bytes that were not read when a socket closes make a reset, and a reset takes the answer away."""
    with client(stage, REQUEST) as connection:
        events_with(stage, Called(1, REQUEST))
        connection.sendall(b"x" * 100_000)
        stage.send(1, b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n")
        stage.close(1)
        connection.sendall(b"x" * 100_000)
        assert rest_of(connection) == b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n"
        connection.close()
        assert Received(1) in events_with(stage, Received(1))


def test_a_client_that_keeps_its_side_open_is_given_up_and_counts_as_answered(stage: HumanStage) -> None:
    with client(stage, REQUEST) as connection:
        events_with(stage, Called(1, REQUEST))
        stage.send(1, b"HTTP/1.1 200 OK\r\n\r\nHi\r\n")
        stage.close(1)
        assert rest_of(connection) == b"HTTP/1.1 200 OK\r\n\r\nHi\r\n"
        assert events_with(stage, Received(1)) == [Received(1)]


def test_two_clients_at_once_each_get_their_own(stage: HumanStage) -> None:
    with client(stage, REQUEST) as one, client(stage, REQUEST) as two:
        events_with(stage, Called(1, REQUEST), Called(2, REQUEST))
        stage.send(2, b"second\r\n")
        stage.close(2)
        stage.send(1, b"first\r\n")
        stage.close(1)
        assert rest_of(one) == b"first\r\n"
        assert rest_of(two) == b"second\r\n"


def test_silent_connections_hold_up_nobody(stage: HumanStage) -> None:
    with contextlib.ExitStack() as many:
        for _ in range(20):
            many.enter_context(client(stage))
        events_with(stage, Connected(20))
        many.enter_context(client(stage, REQUEST))
        assert Called(21, REQUEST) in events_with(stage, Called(21, REQUEST))


def test_a_crowd_pushes_out_the_oldest_that_said_nothing(stage: HumanStage) -> None:
    with contextlib.ExitStack() as many:
        many.enter_context(client(stage, REQUEST))
        events_with(stage, Called(1, REQUEST))
        silent = [many.enter_context(client(stage)) for _ in range(MOST_CONNECTIONS)]
        seen = events_with(stage, Connected(MOST_CONNECTIONS + 1))
        assert Odd(2, "crowd") in seen
        assert silent[0].recv(1) == b""
        stage.send(1, b"still here\r\n")
        stage.close(1)


def test_a_client_that_goes_before_it_was_answered_is_reported(stage: HumanStage) -> None:
    with client(stage, REQUEST):
        events_with(stage, Called(1, REQUEST))
    assert events_with(stage, Left(1)) == [Left(1)]
    stage.send(1, b"into the void\r\n")
    stage.close(1)
    assert stage.read() == []


def test_a_reset_is_reported_as_leaving(stage: HumanStage) -> None:
    with client(stage, REQUEST) as connection:
        events_with(stage, Called(1, REQUEST))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert events_with(stage, Left(1)) == [Left(1)]


def test_a_client_that_breaks_off_in_the_middle_of_its_answer_has_not_received_it(stage: HumanStage) -> None:
    with client(stage, REQUEST) as connection:
        events_with(stage, Called(1, REQUEST))
        stage.send(1, b"HTTP/1.1 200 OK\r\n\r\n")
        stage.close(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert events_with(stage, Left(1)) == [Left(1)]


def test_a_tls_hello_is_recognised_and_let_go(stage: HumanStage) -> None:
    with client(stage, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") as connection:
        assert Odd(1, "tls") in events_with(stage, Odd(1, "tls"))
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_a_head_without_an_end_is_cut_off(stage: HumanStage) -> None:
    with client(stage, b"GET / HTTP/1.1\r\n") as connection:
        connection.sendall(b"X-Long: yes\r\n" * (LONGEST_HEAD // 12))
        seen = events_with(stage, Odd(1, "too long"))
    assert seen == [Connected(1), Odd(1, "too long")]


def test_of_a_large_body_only_the_beginning_is_kept(stage: HumanStage) -> None:
    body = b"0123456789abcdef" * 65536  # 1 MB
    with client(stage, REQUEST) as connection:
        events_with(stage, Called(1, REQUEST))
        connection.setblocking(False)
        unsent = memoryview(body)
        seen: list[HumanEvent] = []
        deadline = time.monotonic() + DEADLINE
        while unsent:
            assert time.monotonic() < deadline
            with contextlib.suppress(BlockingIOError):
                unsent = unsent[connection.send(unsent) :]
            seen += stage.read()
        connection.setblocking(True)
        stage.send(1, b"thanks\r\n")
        stage.close(1)
        seen += stage.read()
        assert connection.recv(100) == b"thanks\r\n"
    assert all(isinstance(event, Brought) for event in seen)
    assert b"".join(event.body for event in seen if isinstance(event, Brought)) == body[:KEPT_OF_BODY]


def test_the_end_of_the_block_closes_every_connection() -> None:
    with hosting() as stage:
        connection = socket.create_connection(("127.0.0.1", stage.port), timeout=DEADLINE)
        events_with(stage, Connected(1))
        port = stage.port
    with connection:
        assert connection.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)


def test_only_this_machine_can_reach_it(stage: HumanStage) -> None:
    with socket.create_connection(("127.0.0.1", stage.port), timeout=DEADLINE) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    assert stage._listener.getsockname()[0] == "127.0.0.1"
