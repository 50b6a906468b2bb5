# Each thread dies before a line of its own.
# step: 1.8
# begun: yes
# outcome: failed
# cause: silent
# wait: 0.7
# says: def serve(client)
# unsaid: self

import socket
import threading
from pathlib import Path
from urllib.parse import unquote

ROOT = Path.cwd()
HEAD_LIMIT = 64 * 1024  # bytes
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
}


def response(method, status, body, label=TYPES["txt"], more=""):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {label}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    if method == "HEAD":
        body = b""
    return head.encode() + body


def read_request(client):
    """All bytes of a request: its head, and of its body as many as its head says."""
    request = b""
    while b"\r\n\r\n" not in request:
        piece = client.recv(4096)
        request += piece
        if not piece or len(request) > HEAD_LIMIT:
            return request
    head, _, body = request.partition(b"\r\n\r\n")
    missing = body_length(head) - len(body)
    while missing > 0:
        piece = client.recv(4096)
        if not piece:
            break
        missing -= len(piece)  # we have no use for it, and read it all the same
    return request


def body_length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and value.strip().isdigit():
            return int(value[:16])
    return 0


def find(target):
    """The file in our folder that a target names; FileNotFoundError where there is none."""
    path = unquote(target.split("?")[0])
    file = Path(ROOT, path.lstrip("/")).resolve()
    if file.is_relative_to(ROOT) and file.is_file() and file.suffix != ".py":
        return file
    raise FileNotFoundError(target)


def answer(request):
    if len(request.split(b"\r\n\r\n")[0]) > HEAD_LIMIT:
        return response("GET", "431 Request Header Fields Too Large", b"That is too long.\n")
    try:
        method, target, version = request.split(b"\n")[0].decode().split()
    except ValueError:  # these are not three words, or no text at all
        return response("GET", "400 Bad Request", b"This is not HTTP.\n")
    print(method, target)
    if method not in ("GET", "HEAD"):
        return response(method, "405 Method Not Allowed", b"Only GET and HEAD.\n", more="Allow: GET, HEAD\r\n")
    try:
        file = find(target)
        body = file.read_bytes()
    except (OSError, ValueError, RuntimeError):  # not there, or a name that no file can have
        return response(method, "404 Not Found", b"There is no such page.\n")
    label = TYPES.get(file.suffix[1:], "application/octet-stream")
    return response(method, "200 OK", body, label)


def serve():
    try:
        request = read_request(client)
        if request:
            client.sendall(answer(request))
    except ConnectionError:
        print("a client broke off")
    client.close()


listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=[client], daemon=True).start()
