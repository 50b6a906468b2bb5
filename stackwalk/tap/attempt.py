"""One client's way to the target: an address after the other, as browsers do."""

import errno
import os
import socket
import time
from collections.abc import Callable

from stackwalk.tap.loop import WRITE, Loop

PATIENCE = 2.0  # seconds of waiting for room, where there is none for another socket
PAUSE = 0.05  # seconds between two looks for it
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

Address = tuple[int, str, int]  # family, numeric host, port
Done = Callable[[socket.socket | None, str], None]  # a connected socket, or None and why not


class Attempt:
    """Connecting without waiting. `done` is called once; by `start` itself where nothing can be tried."""

    __slots__ = ("_done", "_left", "_loop", "_socket", "_why", "begun", "local", "was_reset")

    def __init__(self, loop: Loop, addresses: tuple[Address, ...], done: Done) -> None:
        self.begun = time.monotonic()
        self.was_reset = False  # the target took the connection and has reset it since
        self.local: tuple[str, int] | None = None  # our end of the connection
        self._loop = loop
        self._left = list(addresses)
        self._done: Done | None = done
        self._socket: socket.socket | None = None
        self._why = "it has no address"

    def start(self) -> None:
        """Begin with the next address."""
        while self._left and self._done is not None:
            family, host, port = self._left[0]
            try:
                self._socket = socket.socket(family, socket.SOCK_STREAM)
            except OSError as problem:
                if problem.errno in NO_ROOM and time.monotonic() < self.begun + PATIENCE:
                    self._loop.at(time.monotonic() + PAUSE, self.start)
                    return
                self._fail(problem.errno or 0, host, port)
                continue
            prepare(self._socket)
            code = self._socket.connect_ex((host, port))
            if code in (0, errno.EINPROGRESS):
                self.local = self._socket.getsockname()[:2]
                if _is_connected(self._socket) and self.local != (host, port):
                    self._finish(self._socket)  # on the same machine the other side has taken it by now
                else:
                    self._loop.watch(self._socket, WRITE, self._ready)
                return
            self._fail(code, host, port)
        self._finish(None)

    def cancel(self, why: str) -> None:
        """Try no more."""
        self._let_go()
        self._why = why
        self._finish(None)

    def _ready(self, _events: int) -> None:
        if self._socket is None:
            return
        _, host, port = self._left[0]
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        # A port that nobody listens on may be given to our own end, and TCP then connects it to itself.
        if not code and self.local == (host, port):
            code = errno.ECONNREFUSED
        self.was_reset = code in (errno.ECONNRESET, errno.EPIPE)
        if code and not self.was_reset:
            self._fail(code, host, port)
            self.start()
            return
        self._loop.forget(self._socket)
        self._finish(self._socket)

    def _fail(self, code: int, host: str, port: int) -> None:
        self._let_go()
        self._left.pop(0)
        where = f"port {port}" if host in ("127.0.0.1", "::1") else f"{host} port {port}"
        refused = code == errno.ECONNREFUSED
        self._why = f"nothing listens on {where}" if refused else f"{os.strerror(code).lower()} ({where})"

    def _let_go(self) -> None:
        if self._socket is not None:
            self._loop.forget(self._socket)
            self._socket.close()
            self._socket = None

    def _finish(self, connected: socket.socket | None) -> None:
        done, self._done, self._socket = self._done, None, None
        if done is not None:
            done(connected, self._why)


def prepare(own_socket: socket.socket) -> None:
    """What every socket between two programs has."""
    own_socket.setblocking(False)
    # Without it two small writes may reach the other side 40 ms apart.
    own_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Without it a byte that was sent as urgent would be left out of what is read (RFC 6093 3.2).
    own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)


def _is_connected(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True
