"""Requests as curl lines; where curl is installed, it is asked to send them."""

import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable

import pytest

from stackwalk.wire.curl import curl_line
from stackwalk.wire.message import Exchange, Request, read_head
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Answered

ORIGIN = "http://localhost:8080"
USUAL = b"Host: localhost:8080\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n"


def request(line: bytes, headers: bytes = USUAL, body: bytes = b"", size: int | None = None) -> Request:
    return Request(read_head(line + b"\r\n" + headers + b"\r\n"), body, len(body) if size is None else size)


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (request(b"GET / HTTP/1.1"), "curl http://localhost:8080/"),
        (request(b"HEAD / HTTP/1.1"), "curl --head http://localhost:8080/"),
        (request(b"DELETE /a HTTP/1.0"), "curl -X DELETE --http1.0 http://localhost:8080/a"),
        (request(b"GET /../b HTTP/1.1"), "curl --path-as-is http://localhost:8080/../b"),
        (request(b"GET /[1] HTTP/1.1"), "curl --globoff 'http://localhost:8080/[1]'"),
        (request(b"OPTIONS * HTTP/1.1"), "curl -X OPTIONS --request-target '*' http://localhost:8080/"),
        (
            request(b"GET / HTTP/1.1", USUAL + b"X-A: it's\r\nX-B:\r\n"),
            "curl -H 'X-A: it'\"'\"'s' -H 'X-B;' " + ORIGIN + "/",
        ),
        (
            request(
                b"POST / HTTP/1.1", USUAL + b"Content-Type: application/json\r\nContent-Length: 2\r\n", b"{}"
            ),
            "curl -H 'Content-Type: application/json' --data-binary '{}' http://localhost:8080/",
        ),
        (
            request(b"PUT / HTTP/1.1", USUAL, b"@a"),
            "curl -X PUT -H Content-Type: --data-raw @a http://localhost:8080/",
        ),
        (
            request(b"POST / HTTP/1.1", USUAL, b"half", 9),
            "curl -H Content-Type: --data-binary @body.bin http://localhost:8080/",
        ),
        (
            request(b"POST / HTTP/1.1", USUAL, b"a\x00"),
            "curl -H Content-Type: --data-binary @body.bin http://localhost:8080/",
        ),
    ],
)
def test_a_request_is_a_line_that_says_no_more_than_it_must(asked: Request, line: str) -> None:
    assert curl_line(asked, ORIGIN) == line


def test_a_host_that_is_not_the_address_is_said() -> None:
    asked = request(b"GET / HTTP/1.1", USUAL.replace(b"localhost:8080", b"other"))
    assert curl_line(asked, ORIGIN) == "curl -H 'Host: other' http://localhost:8080/"


def test_no_byte_of_it_can_steer_a_terminal() -> None:
    asked = request(b"GET /\x1b[31m HTTP/1.1", USUAL + b"X: \x1b]0;\xe2\x80\xae\r\n@x: y\r\n", b"a\x0b")
    line = curl_line(asked, ORIGIN)
    assert line.isascii() and line.isprintable()
    assert "@x" not in line


@pytest.mark.skipif(
    None in (shutil.which("curl"), shutil.which("bash")), reason="curl or bash is not installed"
)
@pytest.mark.parametrize(
    "make",
    [
        lambda origin: request(b"GET /a?b=%20&c='%s' HTTP/1.1", USUAL + b'Cookie: a=b; c="d"\r\n'),
        lambda origin: request(b"GET /../x/./y HTTP/1.1", b""),
        lambda origin: request(b"GET http://elsewhere/ HTTP/1.1"),
        lambda origin: request(b"POST /p HTTP/1.0", USUAL, b"a=1&b='\\n\"\r\nline\xc3\xa9 $HOME `id`"),
        lambda origin: request(b"PATCH /p HTTP/1.1", USUAL, b"@file"),
        lambda origin: request(b"POST /c HTTP/1.1", USUAL + b"Transfer-Encoding: chunked\r\n", b"hello"),
        lambda origin: request(
            b"PUT /\xc3\xa9 HTTP/1.1", USUAL + b"X-\xc3: no\r\nX-B: \xc3\xa9\r\nEmpty:\r\n", b"x"
        ),
    ],
)
def test_curl_sends_what_the_line_was_made_of(make: Callable[[str], Request]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        origin = f"http://127.0.0.1:{server.getsockname()[1]}"
        asked = make(origin)
        line = curl_line(asked, origin)
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(["bash", "-c", line], stdout=nowhere, stderr=nowhere) as curl:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(10)
                exchange = _answer(connection)
            assert curl.wait(10) == 0, shlex.split(line)
    assert exchange.request is not None
    got = exchange.request
    assert (got.method, got.target, got.version) == (asked.method, asked.target, asked.version)
    assert got.body == asked.body
    dropped = {b"content-length", b"content-type", b"host", b"user-agent", b"expect", b"x-\xc3"}
    assert {h for h in got.head.headers if h[0].lower() not in dropped} == {
        h for h in asked.head.headers if h[0].lower() not in dropped
    }


def _answer(connection: socket.socket) -> Exchange:
    reader = Reader(1)
    data = b""
    while not _is_whole(data):
        piece = connection.recv(65536)
        assert piece, data
        data += piece
    reader.feed("client", data, 0.0)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    connection.sendall(answer)
    (sight,) = reader.feed("server", answer, 0.0)
    assert isinstance(sight, Answered)
    return sight.exchange


def _is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if b"transfer-encoding" in head.lower():
        return body.endswith(b"0\r\n\r\n")
    length = read_head(head).header("content-length") or b"0"
    return bool(end) and len(body) == int(length)
