"""`stackwalk trace` as a process: what it says of the traffic of real clients and real servers."""

import contextlib
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from ports import unused_port
from running import PAGE, PATIENCE, ask, serving, tracing

from stackwalk.tap.tapping import tapping


def test_a_line_an_exchange_and_a_summary_at_the_end() -> None:
    with serving() as port, tracing(f"localhost:{port}") as trace:
        assert trace.port > port
        assert ask(trace.port) == PAGE
        trace.wait_for("/page")
        status, said = trace.end()
    assert status == 0
    assert f"Requests sent straight to localhost:{port} are not seen." in said
    (line,) = [line for line in said.splitlines() if line.startswith("GET")]
    assert re.fullmatch(r"GET +/page +200 +text/html +6 B +[0-9.]+ ms", line)
    assert "1 exchange in " in said
    assert "1 × 200; 6 B of bodies." in said
    assert "The slowest: GET /page" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("form", ["{}", ":{}", "127.0.0.1:{}", "http://localhost:{}/", "http://127.0.0.1:{}/x?y"])
def test_every_form_of_an_address_is_traced(form: str) -> None:
    with serving() as port, tracing(form.format(port)) as trace:
        assert ask(trace.port) == PAGE
        assert " 200 " in trace.wait_for("/page")


def test_a_server_on_ipv6_alone_is_traced() -> None:
    with serving(host="::1") as port:
        for target in (f"[::1]:{port}", f"localhost:{port}"):
            with tracing(target) as trace:
                assert ask(trace.port) == PAGE
                assert " 200 " in trace.wait_for("/page")


def test_headers_with_v_and_bodies_with_vv() -> None:
    with serving() as port, tracing(f"localhost:{port}", "-v") as trace:
        ask(trace.port)
        said = trace.wait_for("< Content-Length")
        assert "  > GET /page HTTP/1.1\\r\\n\n  > Host: here\\r\\n\n  > \\r\\n\n  < HTTP/1.1 200 OK\\r\\n\n" in said
        _, said = trace.end()
        assert "<p>Hi" not in said
    with serving() as port, tracing(f"localhost:{port}", "-vv") as trace:
        ask(trace.port, b"POST /form HTTP/1.1\r\nContent-Length: 3\r\n\r\na=1")
        assert "  > a=1\n" in trace.wait_for("  < <p>Hi\n")


def test_a_port_of_ones_own_choice() -> None:
    own = unused_port()
    with serving() as port, tracing(f"localhost:{port}", "--port", str(own)) as trace:
        assert trace.port == own
        assert ask(own) == PAGE
    with (
        serving() as port,
        socket.create_server(("127.0.0.1", 0)) as taken,
        tracing(f"localhost:{port}", "--port", str(taken.getsockname()[1])) as trace,
    ):
        assert trace.process.wait(PATIENCE) == 2
        trace.wait_for("is taken")


def test_a_target_that_is_down_is_said_and_traced_once_it_is_there() -> None:
    port = unused_port()
    with tracing(f"127.0.0.1:{port}") as trace:
        own = trace.port
        assert f"Nothing listens on port {port} yet" in trace.said or not sys.platform.startswith("linux")
        assert ask(own) == b""
        trace.wait_for(f"a client was turned away: nothing listens on port {port}")
        with serving(port=port):
            assert ask(own) == PAGE
            trace.wait_for("/page")
        status, said = trace.end()
    assert (status, "1 client found nobody at the target." in said) == (0, True)


def test_what_an_open_door_publishes_is_attached_to(tmp_path: Path) -> None:
    place = {"TMPDIR": str(tmp_path), "XDG_RUNTIME_DIR": ""}
    with pytest.MonkeyPatch.context() as patch, serving() as port:
        for name, value in place.items():
            patch.setenv(name, value)
        with contextlib.ExitStack() as lab:
            tap = lab.enter_context(tapping(port=0, target=("127.0.0.1", port), publish=True))
            saved = tmp_path / "saved.jsonl"
            with tracing(f"localhost:{tap.port}", "--save", str(saved), environment=place) as trace:
                trace.wait_for("the traffic of what stackwalk runs behind")
                assert trace.port == tap.port
                ask(tap.port)
                trace.wait_for("/page")
                lab.close()
                assert trace.process.wait(PATIENCE) == 0
                assert "1 exchange in" in trace.wait_for("The lab has ended.")
                assert saved.read_bytes().count(b'"target":"/page"') == 1


def test_nothing_of_the_wire_reaches_the_terminal_raw() -> None:
    evil = b"HTTP/1.1 200 \x1b]0;owned\x07\r\nContent-Type: \x1b[31m[bold]red\r\nX: \xe2\x80\xae\xff\r\n\r\n\x1b[2J"
    with serving(evil) as port, tracing(f"localhost:{port}", "-vv") as trace:
        assert ask(trace.port, b"GET /\x1b[2J[red] HTTP/1.1\r\nA: \x9b\r\n\r\n") == evil
        said = trace.wait_for("\\u202e\\xff")
    assert "[bold]red" in said
    assert all(one == "\n" or one.isprintable() for one in said)


def test_what_is_not_http_is_passed_on_and_said() -> None:
    with serving(b"\x15\x03\x01") as port, tracing(f"localhost:{port}") as trace:
        assert ask(trace.port, b"\x16\x03\x01\x02\x00hello") == b"\x15\x03\x01"
        trace.wait_for("the server sent what can't be read as HTTP/1")
        assert "the client sent what can't be read as HTTP/1" in trace.wait_for("  > \\x16\\x03\\x01")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_it_ends_when_it_is_asked_to(number: int, status: int) -> None:
    with serving() as port, tracing(f"localhost:{port}") as trace:
        trace.wait_for("Ctrl+C ends.")
        assert trace.end(number)[0] == status


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    ours, theirs = os.pipe()
    with serving() as port:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk", "trace", f"localhost:{port}"], stdout=theirs, stderr=subprocess.PIPE
        )
        os.close(theirs)
        said = b""
        with process:
            try:
                while b"Ctrl+C ends." not in said:
                    said += os.read(ours, 65536)
                os.close(ours)
                _, complaint = process.communicate(timeout=PATIENCE)
                assert (process.returncode, complaint) == (0, b"")
            finally:
                process.kill()


def test_on_a_terminal_it_is_coloured_and_fits() -> None:
    ours, theirs = pty.openpty()
    environment = {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "HOME": "/", "COLUMNS": "80"}
    with serving() as port:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk", "trace", f"localhost:{port}"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
        )
        os.close(theirs)
        said = b""
        with process:
            try:
                while b"Ctrl+C ends." not in said:
                    said += os.read(ours, 65536)
                found = re.search(rb"http://localhost:(\d+)", said)
                assert found is not None
                ask(int(found[1]))
                while b" ms" not in said:
                    said += os.read(ours, 65536)
                process.send_signal(signal.SIGINT)
                while b"1 exchange" not in said:
                    said += os.read(ours, 65536)
                assert process.wait(PATIENCE) == 0
            finally:
                process.kill()
        os.close(ours)
    assert b"\x1b[1;32m200 \x1b[0m" in said


def test_a_request_that_waits_is_said_once() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        tracing(f"localhost:{listening.getsockname()[1]}") as trace,
    ):
        with socket.create_connection(("127.0.0.1", trace.port), PATIENCE) as client:
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n")
            server, _ = listening.accept()
            with server:
                trace.wait_for("GET /slow is not over after")
                server.sendall(PAGE)
                assert client.recv(65536)
                said = trace.wait_for(" 200 ")
    assert said.count("is not over after") == 1


def test_events_are_passed_on_as_they_come_and_counted() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with tracing(f"localhost:{listening.getsockname()[1]}", "-v") as trace:
            with socket.create_connection(("127.0.0.1", trace.port), PATIENCE) as client:
                client.sendall(b"GET /events HTTP/1.1\r\nHost: here\r\n\r\n")
                server, _ = listening.accept()
                with server:
                    for piece in (head, b"data: 1\n\n", b"data: 2\n\n"):
                        server.sendall(piece)
                        assert client.recv(65536) == piece, "each as it was sent"
                trace.wait_for("a stream of 2 events, each ended by an empty line")
