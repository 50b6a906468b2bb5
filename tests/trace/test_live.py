"""What goes on for long is told while it does: streams of events and WebSockets."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import PATIENCE, Trace, tracing

ASKED = b"GET /events HTTP/1.1\r\nHost: here\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
UPGRADE = b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
HELLO = b"\x81\x05hello"


@contextlib.contextmanager
def talking(*words: str) -> Iterator[tuple[Trace, socket.socket, socket.socket]]:
    """A trace, a client that has connected to it, and the server's end of that."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with tracing(f"localhost:{listening.getsockname()[1]}", *words) as trace:
            with socket.create_connection(("127.0.0.1", trace.port), PATIENCE) as client:
                server, _ = listening.accept()
                with server:
                    server.settimeout(PATIENCE)
                    yield trace, client, server


def say(sender: socket.socket, data: bytes, hearer: socket.socket) -> None:
    """The other end hears it as it was sent, before anything else is said."""
    sender.sendall(data)
    heard = b""
    while len(heard) < len(data):
        heard += hearer.recv(65536)
    assert heard == data


def records(saved: Path, kind: str) -> list[Any]:
    """The records of a kind, once there is one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if saved.exists():
            lines = [json.loads(line) for line in saved.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
            if any(line["record"] == kind for line in lines):
                return [line for line in lines if line["record"] == kind]
        time.sleep(0.02)
    raise AssertionError(f"no {kind} in {saved}")


def test_the_head_of_a_stream_and_its_events_are_told_before_it_ends(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    with talking("--save", str(saved)) as (trace, client, server):
        say(client, ASKED, server)
        say(server, HEAD, client)
        assert " 200 text/event-stream " in trace.wait_for("/events ")
        say(server, b"data: 1\n\nevent: tick\nid: 7\ndata: {\n", client)
        said = trace.wait_for("< event, 1 B (connection 1): 1\n")
        assert "tick" not in said
        say(server, b"data: }\n\n", client)
        said = trace.wait_for("< event tick, id 7, 3 B (connection 1): {\\n}\n")
        assert said.count("/events") == 1
        (stream,) = records(saved, "stream")
        assert (stream["status"], stream["target"], stream["outcome"]) == (200, "/events", "begun")
        assert [event["name"] for event in records(saved, "event")] == ["message", "tick"]
        server.close()
        client.close()
        (exchange,) = records(saved, "exchange")
        assert exchange["response"]["body_size"] == len(b"data: 1\n\nevent: tick\nid: 7\ndata: {\ndata: }\n\n")
        _, said = trace.end()
    assert said.count("/events") == 2 + said.count("The slowest: GET /events")
    assert "2 events of streams." in said


def test_json_tells_events_as_they_come() -> None:
    with talking("--json") as (trace, client, server):
        say(client, ASKED, server)
        say(server, HEAD + b"data: 1\n\n", client)
        said = trace.wait_for('"record":"event"')
        assert '"record":"stream"' in said and '"record":"exchange"' not in said


def test_a_websocket_is_told_when_it_begins_and_its_frames_as_they_come(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    with talking("--save", str(saved)) as (trace, client, server):
        say(client, UPGRADE, server)
        say(server, SWITCHED, client)
        assert " 101 " in trace.wait_for("/chat ")
        say(server, HELLO, client)
        trace.wait_for("< text, 5 B (connection 1): hello\n")
        assert [frame["kind"] for frame in records(saved, "frame")] == ["text"]
        assert [exchange["status"] for exchange in records(saved, "exchange")] == [101]


@pytest.mark.parametrize(("chosen", "is_shown"), [("path=/events", True), ("path=/other", False)])
def test_a_filter_takes_a_stream_with_its_events_or_not_at_all(chosen: str, is_shown: bool, tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    with talking("--filter", chosen, "--save", str(saved)) as (trace, client, server):
        say(client, ASKED, server)
        say(server, HEAD + b"data: 1\n\n", client)
        server.close()
        client.close()
        if is_shown:  # the end does not wait for a screen that is behind
            trace.wait_for("< event, 1 B")
            records(saved, "exchange")
        status, said = trace.end()
    assert status == 0
    assert ("/events" in said, "< event, 1 B" in said) == (is_shown, is_shown)
    kinds = [json.loads(line)["record"] for line in saved.read_bytes().splitlines()]
    assert kinds == (["stream", "event", "exchange"] if is_shown else [])


@pytest.mark.parametrize(("chosen", "is_shown"), [("status=101", True), ("status=200", False)])
def test_a_filter_takes_a_websocket_with_its_frames_or_not_at_all(chosen: str, is_shown: bool) -> None:
    with talking("--filter", chosen) as (trace, client, server):
        say(client, UPGRADE, server)
        say(server, SWITCHED, client)
        say(server, HELLO, client)
        server.close()
        client.close()
        _, said = trace.end()
    assert (" 101 " in said, "hello" in said) == (is_shown, is_shown)
