"""A client and a server that meet directly or through a tap, each telling what it saw."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stackwalk.tap.tapping import Tap, tapping
from stackwalk.wire.sight import Closed, Sight

PATIENCE = 20.0  # seconds for anything to happen
RESET = struct.pack("ii", 1, 0)
Part = Callable[[socket.socket], Any]


def reset(own_socket: socket.socket) -> None:
    """End with a reset."""
    own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    own_socket.close()


def read_end(own_socket: socket.socket) -> tuple[bytes, str]:
    """All that comes, and how it ended."""
    data = b""
    while True:
        try:
            piece = own_socket.recv(65536)
        except ConnectionError:
            return data, "reset"
        if not piece:
            return data, "end"
        data += piece


def read_exactly(own_socket: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = own_socket.recv(size - len(data))
        assert piece, f"only {data!r} came"
        data += piece
    return data


@contextlib.contextmanager
def serving(part: Part) -> Iterator[tuple[int, list[Any]]]:
    """A server that plays its part with every client: its port, and what the parts returned."""
    told: list[Any] = []
    threads: list[threading.Thread] = []

    def play(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(PATIENCE)
            try:
                told.append(part(connection))
            except ConnectionError as problem:
                told.append(type(problem).__name__)

    def accept(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threads.append(threading.Thread(target=play, args=(connection,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(target=accept, args=(listening,))
        accepting.start()
        yield listening.getsockname()[1], told
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join(PATIENCE)
        for thread in threads:
            thread.join(PATIENCE)


def call(port: int, part: Part) -> Any:
    """Play a client's part."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        return part(connection)


def is_turned_away(port: int) -> bool:
    """Whether a client is reset at once, without a byte. The reset may come before `connect` has returned."""
    try:
        return bool(call(port, read_end) == (b"", "reset"))
    except ConnectionResetError:
        return True


@dataclass
class Met:
    client: Any
    server: Any
    seen: list[Sight] = field(default_factory=list)


def directly(client: Part, server: Part) -> Met:
    with serving(server) as (port, told):
        said = call(port, client)
        until(lambda: told)
    return Met(said, told[0])


def through_a_tap(client: Part, server: Part) -> Met:
    with serving(server) as (port, told), tapping(port=0, target=("127.0.0.1", port)) as tap:
        said = call(tap.port, client)
        seen = wait_for(tap, Closed)
        until(lambda: told)
    return Met(said, told[0], seen)


def wait_for(tap: Tap, kind: type, number: int = 1) -> list[Sight]:
    """All sights until so many of a kind have come."""
    seen: list[Sight] = []
    deadline = time.monotonic() + PATIENCE
    while sum(isinstance(sight, kind) for sight in seen) < number:
        left = deadline - time.monotonic()
        assert left > 0, f"no {kind.__name__} in {seen!r:.2000}"
        select.select([tap], [], [], left)
        seen += tap.read()
    return seen


def until(fact: Callable[[], Any]) -> Any:
    """Wait until something is so, and return it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = fact()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen"
        threading.Event().wait(0.005)
