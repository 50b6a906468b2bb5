"""Running `stackwalk trace` as a process, beside a server and a client."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil

PATIENCE = 30.0  # seconds
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<p>Hi\n"


class Trace:
    """A trace that runs; what it has said so far."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.said = ""
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):  # closed by the test
            for line in self.process.stdout:
                with self._news:
                    self.said += line.decode()
                    self._news.notify_all()

    def wait_for(self, text: str) -> str:
        """What it has said, once this is part of it."""
        with self._news:
            assert self._news.wait_for(lambda: text in self.said, PATIENCE), self.said
            return self.said

    @property
    def port(self) -> int:
        found = re.search(r"http://localhost:(\d+)", self.wait_for("Ctrl+C ends."))
        assert found is not None
        return int(found[1])

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Its status and all that it said."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        with self._news:
            self._news.wait_for(lambda: "exchange" in self.said or status != 0, PATIENCE)
            return status, self.said


@contextlib.contextmanager
def tracing(*words: str, environment: dict[str, str] | None = None) -> Iterator[Trace]:
    process = subprocess.Popen(
        [sys.executable, "-m", "stackwalk", "trace", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
    )
    with process:
        try:
            yield Trace(process)
        finally:
            family = family_of(process.pid)
            process.kill()
    _, left = psutil.wait_procs(family, PATIENCE)
    assert left == []


def family_of(pid: int) -> list[psutil.Process]:
    """A process that may be gone, and all that it started."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@contextlib.contextmanager
def serving(answer: bytes = PAGE, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A server that reads once and gives this answer to everybody."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    if connection.recv(65536):
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def ask(port: int, request: bytes = b"GET /page HTTP/1.1\r\nHost: here\r\n\r\n") -> bytes:
    """What is answered until the end; a reset, which may come while still connecting, ends it too."""
    data = b""
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(request)
        while piece := connection.recv(65536):
            data += piece
    return data
