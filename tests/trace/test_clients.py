"""Real clients and servers, with the trace between them and without: they see the same, and it is told."""

import contextlib
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from ports import unused_port
from running import PATIENCE, Trace, tracing
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Event, Ping, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

CURL = shutil.which("curl")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPENSSL = shutil.which("openssl")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
needs_curl = pytest.mark.skipif(CURL is None, reason="needs curl")
UNLIKE = re.compile(rb"(?im)^(date:.*|\* .*|.*localhost:\d+.*|.*127\.0\.0\.1:\d+.*)$")  # what differs from run to run


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder that a server which changes its user can enter."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


Handler = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(handle: Handler) -> Iterator[int]:
    """A server with a thread for each connection."""
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk(connection: socket.socket) -> None:
            connection.settimeout(PATIENCE)
            with connection, contextlib.suppress(OSError):
                handle(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=talk, args=(connection,), daemon=True))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join(PATIENCE)
            for thread in threads:
                thread.join(PATIENCE)


@dataclass
class Asked:
    """A request, read plainly."""

    line: bytes
    headers: dict[bytes, bytes]
    body: bytes = b""


def requests_of(connection: socket.socket) -> Iterator[Asked]:
    """The requests of a keep-alive connection; it says 100 Continue where that is expected."""
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return
            data += piece
        head, _, data = data.partition(b"\r\n\r\n")
        line, *lines = head.split(b"\r\n")
        asked = Asked(line, {name.lower(): value.strip() for name, _, value in (one.partition(b":") for one in lines)})
        if asked.headers.get(b"expect") == b"100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(asked.headers.get(b"content-length", b"0"))
        while len(data) < length:
            data += connection.recv(65536)
        asked.body, data = data[:length], data[length:]
        yield asked


def http_server(connection: socket.socket) -> None:
    """Says what it was asked and how much it was sent."""
    for asked in requests_of(connection):
        body = b"%s, %d bytes\n" % (asked.line, len(asked.body))
        close = asked.line.endswith(b"HTTP/1.0")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n" % len(body)
        connection.sendall(head + (b"Connection: close\r\n" if close else b"") + b"\r\n" + body)
        if close:
            return


@contextlib.contextmanager
def traced(port: int, folder: Path, *words: str) -> Iterator[tuple[Trace, Path]]:
    """A trace of a port, and the file that it saves to."""
    saved = folder / "saved.jsonl"
    with tracing(f"localhost:{port}", "--save", str(saved), *words) as trace:
        yield trace, saved


def records(trace: Trace, saved: Path) -> list[Any]:
    trace.end()
    return [json.loads(line) for line in saved.read_bytes().splitlines()]


def curl(port: int, *words: str) -> tuple[int, bytes]:
    """Its status, and what it printed."""
    done = subprocess.run(
        [CURL or "curl", "--silent", "--max-time", str(int(PATIENCE)), *(word.format(port=port) for word in words)],
        capture_output=True,
        check=False,
    )
    return done.returncode, UNLIKE.sub(b"", done.stdout)


@needs_curl
@pytest.mark.parametrize(
    ("words", "targets", "notes"),
    [
        (["-i", "http://localhost:{port}/[1-3]"], ["/1", "/2", "/3"], set()),
        (["-i", "-T", "-", "-H", "Transfer-Encoding:", "-H", "Content-Length: 0", "http://localhost:{port}/up"],
         ["/up"], set()),
        (["-i", "--data-binary", "@{file}", "http://localhost:{port}/upload"], ["/upload"], {"continue"}),
        (["-i", "--http1.0", "http://localhost:{port}/old"], ["/old"], set()),
        (["-I", "http://localhost:{port}/head"], [], set()),
    ],
    ids=["keep-alive", "empty upload", "upload with 100-continue", "HTTP/1.0", "HEAD with a body"],
)  # fmt: skip
def test_curl_sees_the_same(words: list[str], targets: list[str], notes: set[str], tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(bytes(range(256)) * 8192)  # 2 MB: curl asks for 100 Continue
    words = [word.replace("{file}", str(upload)) for word in words]
    with serving(http_server) as port, traced(port, tmp_path) as (trace, saved):
        assert curl(trace.port, *words) == curl(port, *words)
        lines = [line for line in records(trace, saved) if line["record"] == "exchange"]
    if targets:
        assert [line["target"] for line in lines] == targets
        assert {line["status"] for line in lines} == {200}
        assert {line["connection"] for line in lines} == {lines[0]["connection"]}, "one connection for all"
        assert notes <= {note["code"] for line in lines for note in line["notes"]}
    if "/upload" in targets:
        assert lines[0]["request"]["body_size"] == 2 * 1024 * 1024
    if not targets:
        (line,) = lines
        assert (line["method"], line["response"]["body_size"]) == ("HEAD", 0)


@contextlib.contextmanager
def nginx_serving(folder: Path, how: str = "") -> Iterator[int]:
    """nginx with a file of 300,000 bytes; `how`: what `listen` says more."""
    port = unused_port()
    (folder / "site").mkdir()
    (folder / "site" / "page.txt").write_bytes(bytes(range(32, 127)) * 3158)
    folders = "".join(
        f"{name}_temp_path {folder}/temp;" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1; events {{}}"
        f"http {{ access_log off; {folders} default_type text/plain; etag on; gzip on; gzip_types text/plain;"
        f"server {{ listen 127.0.0.1:{port}{how}; root {folder}/site; }} }}",
        encoding="utf-8",
    )
    folder.chmod(0o755)
    words = [NGINX or "nginx", "-p", str(folder), "-e", str(folder / "errors"), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            yield port
        finally:
            process.terminate()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), PATIENCE):
            return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on {port}")


@needs_curl
@pytest.mark.skipif(NGINX is None, reason="needs nginx")
def test_http_2_is_named_and_passed_on(short_folder: Path, tmp_path: Path) -> None:
    words = ("-i", "--http2-prior-knowledge", "http://localhost:{port}/page.txt")
    with nginx_serving(short_folder, " http2") as port, traced(port, tmp_path) as (trace, saved):
        direct = curl(port, *words)
        assert direct[0] == 0 and direct[1].startswith(b"HTTP/2 200")
        assert curl(trace.port, *words) == direct
        (line,) = records(trace, saved)
    assert (line["record"], line["side"]) == ("unreadable", "client")
    assert line["why"].startswith("HTTP/2")


@needs_curl
@pytest.mark.skipif(NGINX is None, reason="needs nginx")
def test_nginx_answers_the_same(short_folder: Path, tmp_path: Path) -> None:
    page = "http://localhost:{port}/page.txt"
    asked = (
        ("-i", page),
        ("-i", "-H", "Range: bytes=10-19", page),
        ("-i", "-H", "Accept-Encoding: gzip", page),
        ("-i", "-d", "no=1", page),
        ("-i", "-X", "A\tB", page),
    )
    with nginx_serving(short_folder) as port, traced(port, tmp_path) as (trace, saved):
        for words in asked:
            direct = curl(port, *words)
            assert direct[0] == 0
            assert curl(trace.port, *words) == direct
        lines = [line for line in records(trace, saved) if line["record"] == "exchange"]
    assert [line["status"] for line in lines] == [200, 206, 200, 405, 400]
    assert lines[2]["response"]["chunks"]["count"] > 0


@needs_curl
@pytest.mark.skipif(OPENSSL is None, reason="needs openssl")
def test_https_is_named_and_passed_on(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        [OPENSSL or "openssl", *made, "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            http_server(wrapped)

    words = ("-i", "--cacert", str(certificate), "https://localhost:{port}/secret")
    with serving(serve) as port, traced(port, tmp_path) as (trace, saved):
        direct = curl(port, *words)
        assert direct[0] == 0 and b"GET /secret" in direct[1]
        assert curl(trace.port, *words) == direct
        said = trace.wait_for("TLS (https) for localhost, offering")
        (line,) = records(trace, saved)
    assert "secret" not in said
    assert (line["record"], line["side"]) == ("unreadable", "client")


PAGE = b'<!doctype html><link rel=stylesheet href=/a.css><img src=/b.png><p id=p>no</p><script src="/c.js"></script>'
FILES = {
    b"/": (b"text/html; charset=utf-8", PAGE),
    b"/a.css": (b"text/css", b"p { color: red }"),
    b"/b.png": (b"image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0"),
    b"/c.js": (
        b"text/javascript",
        b"fetch('/d.json', {method: 'POST', body: 'x'.repeat(50000)}).then(r => r.json())"
        b".then(d => document.getElementById('p').textContent = d.word)",
    ),
    b"/d.json": (b"application/json", b'{"word": "through"}'),
}


def site(connection: socket.socket) -> None:
    for asked in requests_of(connection):
        kind, body = FILES.get(asked.line.split(b" ")[1], (b"text/plain", b""))
        head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\n" % (b"200 OK" if body else b"404 Not Found", kind)
        connection.sendall(b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body))


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_chromium_sees_the_same_page(tmp_path: Path) -> None:
    def page(port: int, profile: str) -> bytes:
        done = subprocess.run(
            [
                CHROMIUM or "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                f"--user-data-dir={tmp_path / profile}",
                "--virtual-time-budget=10000",
                "--dump-dom",
                f"http://localhost:{port}/",
            ],
            capture_output=True,
            timeout=2 * PATIENCE,
            check=False,
        )
        return done.stdout

    with serving(site) as port, traced(port, tmp_path) as (trace, saved):
        direct = page(port, "direct")
        assert b'<p id="p">through</p>' in direct
        assert page(trace.port, "traced") == direct
        lines = [line for line in records(trace, saved) if line["record"] == "exchange"]
    assert {"/", "/a.css", "/b.png", "/c.js", "/d.json"} <= {line["target"] for line in lines}
    (posted,) = [line for line in lines if line["target"] == "/d.json"]
    assert (posted["method"], posted["request"]["body_size"], posted["status"]) == ("POST", 50_000, 200)


def websocket_echo(connection: socket.socket) -> None:
    protocol = WSConnection(ConnectionType.SERVER)
    while data := connection.recv(65536):
        protocol.receive_data(data)
        for event in protocol.events():
            match event:
                case Request():
                    answer: Event = AcceptConnection(extensions=[PerMessageDeflate()])
                case TextMessage():
                    answer = TextMessage(event.data, event.frame_finished, event.message_finished)
                case BytesMessage():
                    answer = BytesMessage(event.data, event.frame_finished, event.message_finished)
                case Ping() | CloseConnection():
                    answer = event.response()
                case _:
                    continue
            connection.sendall(protocol.send(answer))


def talk_to(port: int, packs: bool) -> list[object]:
    """What a WebSocket client hears from an echo."""
    protocol = WSConnection(ConnectionType.CLIENT)
    heard: list[object] = []
    extensions = [PerMessageDeflate()] if packs else []
    to_say: list[Event] = [TextMessage("hello " * 10), BytesMessage(bytes(300)), Ping(b"p")]
    to_say.append(CloseConnection(1000, "bye"))
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(protocol.send(Request(host="localhost", target="/chat", extensions=list(extensions))))
        while data := connection.recv(65536):
            protocol.receive_data(data)
            for event in protocol.events():
                heard.append((type(event).__name__, getattr(event, "data", getattr(event, "payload", None))))
                if isinstance(event, CloseConnection):
                    return heard
                if getattr(event, "message_finished", True) and to_say:
                    connection.sendall(protocol.send(to_say.pop(0)))
    return heard


@pytest.mark.parametrize("packs", [False, True])
def test_a_websocket_echo_sounds_the_same_and_its_frames_are_told(packs: bool, tmp_path: Path) -> None:
    with serving(websocket_echo) as port, traced(port, tmp_path) as (trace, saved):
        direct = talk_to(port, packs)
        assert talk_to(trace.port, packs) == direct
        said = trace.wait_for("< close,")
        lines = records(trace, saved)
    assert ("TextMessage", "hello " * 10) in direct
    assert re.search(r"> text, \d+ B \(connection 1\): hello hello", said)
    assert re.search(r"< text, \d+ B \(connection 1\): hello hello", said)
    assert "> close, 5 B (connection 1): 1000 bye" in said
    frames = [(line["side"], line["kind"]) for line in lines if line["record"] == "frame"]
    kinds = ["text", "binary", "ping", "close"]
    assert [kind for side, kind in frames if side == "client"] == kinds
    assert [kind for side, kind in frames if side == "server"] == ["text", "binary", "pong", "close"]


FLASK_APP = """
from flask import Flask, request
app = Flask(__name__)

@app.route("/hello")
def hello():
    return {"hello": request.args.get("name")}

@app.post("/form")
def form():
    return request.form["a"], 201
"""


@needs_curl
@pytest.mark.parametrize("server", ["flask", "gunicorn"])
def test_a_flask_application_answers_the_same(server: str, tmp_path: Path) -> None:
    for name in ("flask", *(("gunicorn",) if server == "gunicorn" else ())):
        if find_spec(name) is None:
            pytest.skip(f"needs {name}")
    (tmp_path / "shop.py").write_text(FLASK_APP, encoding="utf-8")
    port = unused_port()
    run = {
        "flask": ["flask", "--app", "shop", "run", "--port", str(port)],
        "gunicorn": ["gunicorn", "--bind", f"127.0.0.1:{port}", "shop:app"],
    }[server]
    process = subprocess.Popen(
        [sys.executable, "-m", *run],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            ready = ("--retry", "30", "--retry-connrefused", "--retry-delay", "1", "http://localhost:{port}/hello")
            assert curl(port, *ready)[0] == 0
            with traced(port, tmp_path) as (trace, saved):
                for more in (["{}/hello?name=x"], ["-d", "a=1", "{}/form"]):
                    words = ["-i", *(word.replace("{}", "http://localhost:{port}") for word in more)]
                    assert curl(trace.port, *words) == curl(port, *words)
                lines = records(trace, saved)
        finally:
            process.terminate()
    assert [(line["target"], line["status"]) for line in lines] == [("/hello?name=x", 200), ("/form", 201)]
