"""Memory of the tap: bounded by what is on its way, not by what has passed."""

import re
import select
import socket
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest
from meeting import PATIENCE, call, read_exactly, serving, wait_for

from stackwalk.tap.tapping import tapping
from stackwalk.wire.lines import from_line
from stackwalk.wire.sight import Answered, Closed, Sight

MEGABYTE = 1024 * 1024
BODY = 200 * MEGABYTE
MOST = 100 * MEGABYTE
FLAT = 6 * MEGABYTE  # that an allocator may keep
CLIENTS = 8
GET = b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /%d HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
HEAD = b"HEAD /%d HTTP/1.1\r\nHost: here\r\n\r\n"
LENGTH = b"HTTP/1.1 200 OK\r\nX: %d\r\nContent-Length: 3\r\n\r\nhi\n"
CHUNKED = b"HTTP/1.1 404 Not Found\r\nX: %d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\n\r\n"
NONE = b"HTTP/1.1 200 OK\r\nX: %d\r\nContent-Length: 3\r\n\r\n"
KINDS = ((GET, LENGTH), (GET, LENGTH), (GET, LENGTH), (POST, LENGTH), (GET, CHUNKED), (HEAD, NONE))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc for the highest point of memory")
@pytest.mark.parametrize("way", ["down", "up", "both"])
@pytest.mark.parametrize("framing", [b"Content-Length: %d" % BODY, b"Transfer-Encoding: chunked"])
def test_bodies_of_200_mb_pass_in_less_than_half_of_that(way: str, framing: bytes) -> None:
    is_chunked = b"chunked" in framing
    before, after = (b"%x\r\n" % BODY, b"\r\n0\r\n\r\n") if is_chunked else (b"", b"")
    piece = b"x" * MEGABYTE

    def send_body(connection: socket.socket) -> None:
        connection.sendall(before)
        for _ in range(BODY // MEGABYTE):
            connection.sendall(piece)
        connection.sendall(after)

    def receive_body(connection: socket.socket) -> int:
        left = len(before) + BODY + len(after)
        buffer = bytearray(MEGABYTE)
        while left and (got := connection.recv_into(buffer, min(left, MEGABYTE))):
            left -= got
        return left

    up = framing if way in ("up", "both") else b"X: y"
    down = framing if way in ("down", "both") else b"Content-Length: 0"
    asked, answer = b"POST / HTTP/1.1\r\n%b\r\n\r\n" % up, b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % down

    def client(connection: socket.socket) -> int:
        connection.sendall(asked)
        if way in ("up", "both"):
            send_body(connection)
        read_exactly(connection, len(answer))
        return receive_body(connection) if way in ("down", "both") else 0

    def server(connection: socket.socket) -> int:
        read_exactly(connection, len(asked))
        left = receive_body(connection) if way in ("up", "both") else 0
        connection.sendall(answer)
        if way in ("down", "both"):
            send_body(connection)
        return left

    with serving(server) as (port, told), tapping(port=0, target=("127.0.0.1", port)) as tap:
        assert call(tap.port, client) == 0
        seen = wait_for(tap, Closed)
        highest = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{tap.pid}/status").read_text())
    assert told == [0]
    (exchange,) = [sight.exchange for sight in seen if isinstance(sight, Answered)]
    assert exchange.request is not None and exchange.response is not None
    sizes = exchange.request.body_size, exchange.response.body_size
    assert sizes == (BODY * (way in ("up", "both")), BODY * (way in ("down", "both")))
    assert highest is not None
    assert int(highest[1]) * 1024 < MOST


def test_a_soak_counts_every_exchange_and_its_memory_stays_flat(request: pytest.FixtureRequest) -> None:
    each = max(1, int(request.config.getoption("--soak")) // CLIENTS)
    total = each * CLIENTS

    def server(connection: socket.socket) -> None:
        waiting = b""
        number = 0
        while piece := connection.recv(65536):
            waiting += piece
            asked, answer = (said % number for said in KINDS[number % len(KINDS)])
            if waiting == asked:
                connection.sendall(answer)
                waiting = b""
                number += 1

    def client(connection: socket.socket) -> int:
        for number in range(each):
            asked, answer = (said % number for said in KINDS[number % len(KINDS)])
            connection.sendall(asked)
            assert read_exactly(connection, len(answer)) == answer
        return each

    done: list[Any] = []
    numbers: dict[int, list[int]] = {}
    kinds: Counter[str] = Counter()
    statuses: Counter[int | None] = Counter()
    memory: list[int] = []

    def see(sight: Sight) -> None:
        kinds[type(sight).__name__] += 1
        if isinstance(sight, Answered) and sight.exchange.request is not None and sight.exchange.response is not None:
            exchange, asked, answer = sight.exchange, sight.exchange.request, sight.exchange.response
            # What was asked for is in the answer: no answer was taken for another request's.
            assert asked.target == f"/{exchange.number - 1}"
            assert answer.head.header("x") == b"%d" % (exchange.number - 1)
            numbers.setdefault(sight.connection, []).append(exchange.number)
            statuses[answer.status] += 1

    with serving(server) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        clients = [
            threading.Thread(target=lambda: done.append(call(tap.port, client)), daemon=True) for _ in range(CLIENTS)
        ]
        for one in clients:
            one.start()
        process = psutil.Process(tap.pid)
        while kinds["Closed"] < CLIENTS:
            readable, _, _ = select.select([tap], [], [], PATIENCE)
            assert readable, f"only {kinds}"
            for line in tap.read_lines():
                see(from_line(line))
            if sum(statuses.values()) > total // 4:
                memory.append(process.memory_info().rss)
        for one in clients:
            one.join(PATIENCE)
    assert done == [each] * CLIENTS
    assert kinds == {"Opened": CLIENTS, "Asked": total, "Answered": total, "Closed": CLIENTS}
    assert all(found == list(range(1, each + 1)) for found in numbers.values())
    chunked = CLIENTS * len(range(4, each, len(KINDS)))
    assert statuses == {200: total - chunked, 404: chunked}
    assert max(memory) - memory[0] < FLAT
