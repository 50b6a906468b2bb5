"""The tap as a process: how it starts, is steered, and ends."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import psutil
import pytest
from meeting import PATIENCE, call, read_end, read_exactly, serving, until, wait_for

from stackwalk.errors import StackwalkError
from stackwalk.tap import connection as connection_module
from stackwalk.tap.door import DoorTaken, open_door
from stackwalk.tap.loop import Loop
from stackwalk.tap.picture import Picture
from stackwalk.tap.relay import Relay
from stackwalk.tap.tapping import addresses_of, tapping
from stackwalk.wire.lines import from_line
from stackwalk.wire.message import Side
from stackwalk.wire.scribe import Scribe
from stackwalk.wire.sight import Answered, Asked, Closed, Joined, Missed, Piece, Sight, Unreadable

GET = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def answer(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(OK)


def ask(connection: socket.socket) -> bytes:
    connection.sendall(GET)
    return read_exactly(connection, len(OK))


def test_a_taken_door_is_an_error_before_anything_starts() -> None:
    with tapping(port=0, target=None) as tap:
        children = len(psutil.Process().children())
        with pytest.raises(DoorTaken), tapping(port=tap.port, target=None):
            pass
        assert len(psutil.Process().children()) == children


def test_the_tap_is_gone_after_its_block() -> None:
    with tapping(port=0, target=None) as tap:
        pid = tap.pid
    assert not psutil.pid_exists(pid)
    open_door(tap.port).close()


def test_a_door_that_was_let_go_is_free_and_what_is_open_goes_on() -> None:
    with serving(answer) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        with socket.create_connection(("127.0.0.1", tap.port), PATIENCE) as client:
            assert ask(client) == OK
            tap.release()
            other = open_door(tap.port)
            with pytest.raises(DoorTaken):
                tap.take()
            other.close()
            assert ask(client) == OK
            with pytest.raises(ConnectionRefusedError):
                call(tap.port, ask)
            tap.take()
            assert call(tap.port, ask) == OK
        assert len([sight for sight in wait_for(tap, Closed, 2) if isinstance(sight, Answered)]) == 3


def test_after_aiming_clients_go_to_the_new_target() -> None:
    def other(connection: socket.socket) -> None:
        connection.sendall(b"other")

    with serving(answer) as (first, _), serving(other) as (second, _):
        with tapping(port=0, target=("127.0.0.1", first)) as tap:
            assert call(tap.port, ask) == OK
            tap.aim(("127.0.0.1", second))
            assert call(tap.port, read_end) == (b"other", "end")


def test_the_tap_ends_when_the_one_who_started_it_is_killed() -> None:
    program = textwrap.dedent("""
        from stackwalk.tap.tapping import tapping
        with tapping(port=0, target=None, publish=True) as tap:
            print(tap.pid, flush=True)
            input()
    """)
    starter = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert starter.stdout is not None and starter.stdin is not None
    with starter:
        pid = int(starter.stdout.readline())
        tap = psutil.Process(pid)
        assert os.getsid(pid) != os.getsid(0), "the terminal's Ctrl+C must not reach it"
        starter.send_signal(signal.SIGKILL)
        starter.wait(PATIENCE)
    until(lambda: not tap.is_running() or tap.status() == psutil.STATUS_ZOMBIE)


def test_a_tap_that_has_ended_says_so() -> None:
    with tapping(port=0, target=None) as tap:
        os.kill(tap.pid, signal.SIGKILL)
        until(lambda: psutil.Process(tap.pid).status() == psutil.STATUS_ZOMBIE)
        with pytest.raises(StackwalkError, match=rf"The tap on port {tap.port} has ended"):
            tap.aim("hold")
        with pytest.raises(StackwalkError, match="has ended"):
            tap.read()


def test_a_learners_own_modules_are_not_taken_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("socket", "selectors", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the learner wrote this')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with serving(answer) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        assert call(tap.port, ask) == OK


def test_a_reader_of_sights_that_never_reads_slows_nothing() -> None:
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60000

    def serve(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(big)

    def ask_often(connection: socket.socket) -> int:
        for _ in range(200):
            connection.sendall(GET)
            read_exactly(connection, len(big))
        return 200

    with serving(serve) as (port, _), tapping(port=0, target=("127.0.0.1", port)) as tap:
        assert call(tap.port, ask_often) == 200
        seen = wait_for(tap, Missed)
    assert 0 < sum(isinstance(sight, Answered) for sight in seen) < 200


def test_a_slip_of_the_reader_spoils_the_picture_and_not_the_traffic(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slipping(Scribe):
        def feed(self, side: Side, data: bytes, at: float) -> bytes:
            raise ZeroDivisionError("a slip")

    monkeypatch.setattr(connection_module, "Scribe", Slipping)
    seen: list[Sight] = []
    loop = Loop()
    relay = Relay(loop, Picture(loop, lambda lines: seen.extend(map(from_line, lines.splitlines()))))
    door = open_door(0)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            loop.turn()
        relay.end()
        loop.close()

    with serving(answer) as (port, _):
        relay.aim(addresses_of(("127.0.0.1", port)))
        relay.take(door.sockets)
        thread = threading.Thread(target=run)
        thread.start()
        assert call(door.port, ask) == OK
        until(lambda: any(isinstance(sight, Closed) for sight in seen))
        over.set()
        socket.create_connection(("127.0.0.1", door.port), PATIENCE).close()
        thread.join(PATIENCE)
    assert [type(sight).__name__ for sight in seen][:4] == ["Opened", "Unreadable", "Unreadable", "Closed"]
    slip = seen[1]
    assert isinstance(slip, Unreadable) and "ZeroDivisionError('a slip')" in slip.why


def test_localhost_is_tried_as_browsers_try_it() -> None:
    assert addresses_of(("localhost", 8080)) == (
        (socket.AF_INET6, "::1", 8080),
        (socket.AF_INET, "127.0.0.1", 8080),
    )


def test_a_name_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(StackwalkError, match=r"Nobody knows where nowhere\.invalid is"):
        addresses_of(("nowhere.invalid", 80))


def test_a_request_is_seen_on_both_addresses_of_the_door() -> None:
    with serving(answer) as (port, _), tapping(port=0, target=("localhost", port)) as tap:
        for address in tap.addresses:
            with socket.create_connection((address, tap.port), PATIENCE) as client:
                assert ask(client) == OK
        seen = wait_for(tap, Closed, len(tap.addresses))
    assert sum(isinstance(sight, Asked) for sight in seen) == len(tap.addresses)


def test_who_asks_is_told_from_which_port_the_target_sees_each_client_come() -> None:
    peers: list[int] = []

    def note(connection: socket.socket) -> None:
        peers.append(connection.getpeername()[1])
        answer(connection)

    seen: list[Sight] = []
    with serving(note) as (port, _), tapping(port=0, target=("127.0.0.1", port), joined=True) as tap:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", tap.port), PATIENCE) as client:
                assert ask(client) == OK

        def both_are_over() -> bool:
            seen.extend(tap.read())
            return sum(isinstance(one, Closed) for one in seen) == 2

        until(both_are_over)
    told = [(one.connection, one.port) for one in seen if isinstance(one, Joined)]
    assert told == [(1, peers[0]), (2, peers[1])]
    kinds = [type(one) for one in seen if one.connection == 1]
    assert kinds.index(Joined) < kinds.index(Asked)


def test_a_tap_that_keeps_all_waits_for_its_reader_and_leaves_nothing_out() -> None:
    """Nobody reads, and no more passes than there is room for; once somebody does, every byte is told."""
    body = bytes(range(250)) * 120_000
    asked = b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
    heard = 0

    def serve(connection: socket.socket) -> None:
        nonlocal heard
        while heard < len(asked) + len(body):
            heard += len(connection.recv(65536))
        connection.sendall(OK)

    def upload(connection: socket.socket) -> bytes:
        connection.sendall(asked + body)
        return read_exactly(connection, len(OK))

    with serving(serve) as (port, _):
        target = ("127.0.0.1", port)
        with tapping(port=0, target=target, body_limit=1 << 40, room=1_000_000, keep_all=True) as tap:
            told: list[bytes] = []
            client = threading.Thread(target=lambda: told.append(call(tap.port, upload)))
            client.start()
            before = -1
            while before < heard or not heard:  # as long as more comes within half a second
                before = heard
                client.join(0.5)
            assert heard < len(asked) + len(body), "it waits"
            seen = wait_for(tap, Answered)
            client.join(PATIENCE)
    assert told == [OK]
    assert not any(isinstance(sight, Missed) for sight in seen)
    (answered,) = [sight for sight in seen if isinstance(sight, Answered)]
    assert answered.exchange.request is not None
    kept = answered.exchange.request.body + b"".join(sight.data for sight in seen if isinstance(sight, Piece))
    assert kept == body
