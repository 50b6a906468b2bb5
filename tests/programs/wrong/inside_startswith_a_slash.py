# No prefix is compared: startswith is about the slash.
# step: 1.6
# begun: yes
# outcome: failed
# cause: wrong-answer
# unsaid: beginnings of two texts
# says: from outside

import socket
from pathlib import Path
from urllib.parse import unquote

ROOT = Path.cwd()
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


def find(target):
    """The file in our folder that a target names; FileNotFoundError where there is none."""
    path = unquote(target.split("?")[0])
    while path.startswith("/"):
        path = path[1:]
    file = Path(ROOT, path).resolve()
    if file.is_file() and file.suffix != ".py":
        return file
    raise FileNotFoundError(target)


def answer(request):
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


listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    try:
        request = client.recv(4096)
        if request:
            client.sendall(answer(request))
    except ConnectionError:
        print("a client broke off")
    client.close()
