"""Long bodies: kept whole where that was asked for, in little memory, and read again in little."""

import contextlib
import hashlib
import json
import re
import signal
import socket
import sys
import threading
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import PATIENCE, family_of, tracing

from stackwalk.trace.longlines import SHORT, records_of
from stackwalk.trace.opening import Saved
from stackwalk.trace.saving import Saver, save_again
from stackwalk.trace.spool import IN_MEMORY, Spool
from stackwalk.wire.lines import to_line
from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.reader import BEGINNING, PIECE
from stackwalk.wire.records import record_pieces
from stackwalk.wire.sight import Answered, Missed, Piece, Sight

MEGABYTE = 1024 * 1024
BODY = 120 * MEGABYTE  # more than may be taken, even kept once
MOST = 100 * MEGABYTE  # of memory, both processes
BLOCK = bytes(range(256)) * 4096 + b"not the same everywhere\xff"


def body(size: int) -> bytes:
    return (BLOCK * (size // len(BLOCK) + 1))[:size]


def send(connection: socket.socket, size: int) -> None:
    while size:
        piece = BLOCK[:size]
        connection.sendall(piece)
        size -= len(piece)


@contextlib.contextmanager
def giving(size: int) -> Iterator[int]:
    """A server: a body of that size to every GET, a word to every other request, whose body it reads."""

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as file:
            while line := file.readline():
                length = 0
                while header := file.readline().strip():
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                while length:
                    length -= len(file.read(min(length, MEGABYTE)))
                answered = size if line.startswith(b"GET") else 2
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % answered)
                send(connection, answered)

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def ask(port: int, method: bytes, size: int) -> int:
    """Send a body of that size; how many bytes the answer's had."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as asking:
        asking.sendall(b"%b / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (method, size))
        send(asking, size)
        with asking.makefile("rb") as file:
            head = b"".join(iter(file.readline, b"\r\n"))
            found = re.search(rb"Content-Length: (\d+)", head)
            assert found is not None
            left = int(found[1])
            while left:
                left -= len(file.read(min(left, MEGABYTE)))
            return int(found[1])


def memory(pid: int) -> int:
    """Bytes of a process and its children, at their highest."""
    total = 0
    for process in family_of(pid):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        assert found is not None
        total += int(found[1]) * 1024
    return total


def bodies_of(path: Path) -> list[tuple[str, str]]:
    """The digests of the bodies that were asked and answered, however a file has them."""

    def digest(text: str, is_base64: bool) -> str:
        return hashlib.sha256(a2b_base64(text) if is_base64 else text.encode()).hexdigest()

    if path.suffix == ".jsonl":
        lines: list[Any] = [json.loads(line) for line in path.read_bytes().splitlines()]
        return [
            (digest(line["request"]["body_b64"], True), digest(line["response"]["body_b64"], True)) for line in lines
        ]
    found = []
    for entry in json.loads(path.read_bytes())["log"]["entries"]:
        posted, content = entry["request"].get("postData", {}), entry["response"]["content"]
        asked = digest(posted.get("text", ""), posted.get("_encoding") == "base64")
        found.append((asked, digest(content["text"], content.get("encoding") == "base64")))
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc for the highest point of memory")
@pytest.mark.parametrize("name", ["a.jsonl", "a.har"])
def test_bodies_are_kept_whole_that_are_larger_than_the_memory_it_may_take(tmp_path: Path, name: str) -> None:
    saved = tmp_path / name
    with (
        giving(BODY) as port,
        tracing(f"localhost:{port}", "--save", str(saved), "--body-limit", "none", "-vv") as trace,
    ):
        assert ask(trace.port, b"GET", 0) == BODY
        assert ask(trace.port, b"PUT", BODY) == 2
        trace.wait_for("> PUT / HTTP/1.1")  # shown once it is over
        assert memory(trace.process.pid) <= MOST
        status, said = trace.end(signal.SIGINT)
    assert status == 0
    assert "2 exchanges" in said
    digest, nothing = hashlib.sha256(), hashlib.sha256().hexdigest()
    for place in range(0, BODY, len(BLOCK)):
        digest.update(BLOCK[: BODY - place])
    small = hashlib.sha256(BLOCK[:2]).hexdigest()
    assert bodies_of(saved) == [(nothing, digest.hexdigest()), (digest.hexdigest(), small)]
    assert [path.name for path in tmp_path.iterdir()] == [name]  # nothing else is left


@pytest.mark.parametrize("limit", [BEGINNING + 1, 300_000, 2_000_000, 10_000_000])
def test_as_much_is_kept_as_was_asked_for(tmp_path: Path, limit: int) -> None:
    saved = tmp_path / "a.jsonl"
    size = 5_000_000
    with giving(size) as port, tracing(f"localhost:{port}", "--save", str(saved), "--body-limit", str(limit)) as trace:
        assert ask(trace.port, b"GET", 0) == size
        trace.wait_for(" 200 ")
        trace.end()
    (line,) = [json.loads(line) for line in saved.read_bytes().splitlines()]
    assert line["response"]["body_size"] == size
    assert a2b_base64(line["response"]["body_b64"]) == body(min(size, limit))


def test_json_has_whole_bodies_too() -> None:
    size = 3_000_000
    with giving(size) as port, tracing(f"localhost:{port}", "--json", "--body-limit", "none") as trace:
        ask(trace.port, b"GET", 0)
        said = trace.wait_for('"notes":')
        trace.end()
    (line,) = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert a2b_base64(line["response"]["body_b64"]) == body(size)


def answered(asked: bytes, got: bytes, kind: bytes = b"text/plain") -> tuple[list[bytes], Answered]:
    """The lines that tell such bodies, and the exchange that comes behind them."""
    lines: list[bytes] = []
    for side, data in (("client", asked), ("server", got)):
        for place in range(BEGINNING, len(data), PIECE):
            lines.append(
                to_line(
                    Piece(1, 1.0, 1, "client" if side == "client" else "server", place, data[place : place + PIECE])
                )
            )
    request = Request(read_head(b"PUT / HTTP/1.1\r\n\r\n"), asked[:BEGINNING], len(asked))
    head = read_head(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n\r\n" % kind)
    response = Response(head, got[:BEGINNING], len(got), "length")
    return lines, Answered(1, 1.0, Exchange(1, 1, request, response, 1.0, 1.0, 1.0, 1.0))


def spooled(lines: list[bytes], sight: Sight, folder: Path) -> Answered:
    spool = Spool(folder)
    for line in lines:
        spool.add(line)
    found = spool.completed(sight)
    assert isinstance(found, Answered)
    return found


def whole(said: Request | Response | None) -> bytes:
    assert said is not None
    return said.body if said.whole is None else a2b_base64(b"".join(said.whole()))


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


SIZES = [0, 5, BEGINNING, BEGINNING + 1, BEGINNING + PIECE + 2, IN_MEMORY, IN_MEMORY + 1, 6_000_001]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_spooled_is_saved_and_read_again(tmp_path: Path, size: int) -> None:
    asked, got = body(size)[::-1], body(size)
    sight = spooled(*answered(asked, got), tmp_path)
    assert (whole(sight.exchange.request), whole(sight.exchange.response)) == (asked, got)
    assert sight.exchange.response is not None and len(sight.exchange.response.body) <= IN_MEMORY
    path = tmp_path / "a.jsonl"
    with contextlib.closing(Saver(path, 0.0)) as saver:
        saver.add([sight, Missed(0, 1.0, 2), sight])
        assert saver.count == 2
    first, missed, second = records_of(path)
    assert missed == Missed(0, 1.0, 2)
    for again in (first, second):
        assert isinstance(again, Answered)
        assert (whole(again.exchange.request), whole(again.exchange.response)) == (asked, got)
        assert again.exchange.response is not None and len(again.exchange.response.body) < SHORT
    other = tmp_path / "b.jsonl"
    save_again(other, Saved(path).sights())
    assert other.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("got", [body(6_000_000), 'é€𝄞\n"\\'.encode() * 500_000])
def test_a_har_has_them_whole_as_text_or_as_base64(tmp_path: Path, got: bytes) -> None:
    path = tmp_path / "a.har"
    save_again(path, [spooled(*answered(got, got, b'a/b; c="\\ud800response"'), tmp_path)])
    (entry,) = json.loads(path.read_bytes())["log"]["entries"]
    is_text = entry["response"]["content"].get("encoding") is None
    text, posted = entry["response"]["content"]["text"], entry["request"]["postData"]["text"]
    assert text == posted == (got.decode() if is_text else b2a_base64(got, newline=False).decode())
    assert is_text == got.startswith("é".encode())
    assert entry["response"]["content"]["mimeType"] == 'a/b; c="\\ud800response"'


def test_a_piece_that_is_missing_ends_what_is_kept(tmp_path: Path) -> None:
    got = body(2_000_000)
    lines, sight = answered(b"", got)
    found = spooled([*lines[:2], *lines[3:]], sight, tmp_path)
    assert whole(found.exchange.response) == got[: BEGINNING + 2 * PIECE]


def test_what_no_exchange_comes_for_is_forgotten(tmp_path: Path) -> None:
    lines, sight = answered(b"", body(2_000_000))
    spool = Spool(tmp_path)
    before = open_files()
    for line in lines:
        spool.add(line)
    assert open_files() == before + 1
    spool.forget(1)
    assert open_files() == before
    assert spool.completed(sight) == sight


def test_a_disk_without_room_for_another_file_cuts_a_body_short(tmp_path: Path) -> None:
    lines, sight = answered(b"", body(2_000_000))
    assert spooled(lines, sight, tmp_path / "not there") == sight


def test_a_long_line_that_was_cut_or_is_none_is_one_line_that_tells_nothing(tmp_path: Path) -> None:
    sight = spooled(*answered(b"", body(6_000_000)), tmp_path)
    line = b"".join(record_pieces(sight, 0.0))
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        line[:7_000_000] + b"\n" + b"x" * 30_000_000 + b"\n" + line + b'{"body_b64":"' * 2_000_000 + b"\n" + line[:-9]
    )
    first, second, third, fourth, fifth = records_of(path)
    assert (first, second, fourth, fifth) == (None, None, None, None)
    assert isinstance(third, Answered) and whole(third.exchange.response) == body(6_000_000)
