import importlib
import io
import socket
import sys
from urllib.parse import unquote

from http_in import read_request

application = importlib.import_module(sys.argv[1]).application


def environ_of(method, target, headers, body):
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = value
    return environ


def serve(client):
    request = read_request(client)
    if request is None:
        return
    head = []
    written = []

    def start_response(status, headers, exc_info=None):
        lines = [f"{name}: {value}" for name, value in headers]
        if not head:
            head[:] = [f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]
        return written.append

    pieces = application(environ_of(*request), start_response)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    body = b"".join(written) + body
    client.sendall("\r\n".join(head).encode("latin-1"))
    if request[0] != "HEAD":
        client.sendall(body)


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 8000))
listener.listen()

while True:
    client, address = listener.accept()
    try:
        serve(client)
    except (ConnectionError, ValueError):
        print("a client broke off, or spoke no HTTP")
    client.close()
