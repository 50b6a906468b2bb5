"""A program that waits for the machine is given that time; one that does nothing is not."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from stackwalk.check.budget import Budget
from stackwalk.check.client import Connection
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.transcript import Transcript
from stackwalk.check.verdict import Cause
from stackwalk.stack import kin

PATIENCE = 0.4  # seconds of the client


@contextlib.contextmanager
def answering(after: float) -> Iterator[tuple[str, int]]:
    """Somebody who answers one client so late."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                client.recv(4096)
                select.select([], [], [], after)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[:2]
        thread.join()


def asked(address: tuple[str, int], held_up: Callable[[], float], budget: float = 30.0) -> Connection:
    connection = Connection(
        socket.AF_INET, address, patience=PATIENCE, budget=Budget(budget), transcript=Transcript(),
        judge=lambda failure: failure, held_up=held_up,
    )  # fmt: skip
    connection.send(b"GET / HTTP/1.1\r\n\r\n")
    return connection


def test_time_without_a_core_does_not_count() -> None:
    began = time.monotonic()
    with answering(after=3 * PATIENCE) as address:
        # As on a machine on which it could run for a tenth of the time.
        connection = asked(address, lambda: 0.9 * (time.monotonic() - began))
        assert connection.answer().body == b"hi"
        connection.close()


def test_silence_of_its_own_counts() -> None:
    with answering(after=3 * PATIENCE) as address:
        connection = asked(address, lambda: 17.0)
        with pytest.raises(LearnerFailure) as raised:
            connection.answer()
        connection.close()
    assert raised.value.cause is Cause.SILENT


def test_the_budget_bounds_it_all_the_same() -> None:
    began = time.monotonic()
    with answering(after=3 * PATIENCE) as address:
        connection = asked(address, lambda: time.monotonic() - began, budget=2 * PATIENCE)
        with pytest.raises(LearnerFailure):
            connection.answer()
        connection.close()


@pytest.mark.skipif(not kin.LINUX, reason="only Linux tells how long a process waited for a core")
def test_the_system_tells_who_waits_for_a_core() -> None:
    spinning = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
    count = 2 * (os.cpu_count() or 1) + 1
    programs = [subprocess.Popen([sys.executable, "-c", spinning]) for _ in range(count)]
    try:
        deadline = time.monotonic() + 20
        while max(kin.held_up(each.pid) for each in programs) < 0.1 and time.monotonic() < deadline:
            select.select([], [], [], 0.05)
        assert max(kin.held_up(each.pid) for each in programs) >= 0.1
    finally:
        for program in programs:
            program.kill()
            program.wait()
    assert kin.held_up(programs[0].pid) == 0.0
