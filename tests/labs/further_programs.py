"""Whole programs for steps 1.4 to 1.8 in styles that the lessons do not show; each of them passes all five."""

TYPES = '''
TYPES = {
    "html": "text/html;charset=UTF-8", "css": 'text/css; charset="utf-8"', "js": "application/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8", "json": "application/json; charset=utf-8", "png": "image/png",
    "svg": "image/svg+xml",
}
'''

ANSWER = TYPES + '''
import os
from urllib.parse import unquote_to_bytes
ROOT = os.path.realpath(os.getcwdb())

def answer(head, first_line_only=False):
    """The bytes of an answer to a request's head."""
    words = head.split(b"\\n")[0].rstrip(b"\\r").split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/"):
        return b"HTTP/1.1 400 No\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"
    method, target, _ = words
    if method not in (b"GET", b"HEAD"):
        status = b"405 No" if method in (b"POST", b"PUT", b"DELETE") else b"501 What"
        return b"HTTP/1.1 " + status + b"\\r\\nallow: HEAD,GET\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"
    name = unquote_to_bytes(target.partition(b"?")[0]).lstrip(b"/")
    body, status, label = b"nothing\\n", b"404 Not Found", "text/plain; charset=utf-8"
    try:
        path = os.path.realpath(os.path.join(ROOT, name))
        if path.startswith(ROOT + b"/") and os.path.isfile(path):
            with open(path, "rb") as file:
                body, status = file.read(), b"200 OK"
            label = TYPES.get(os.fsdecode(path).rpartition(".")[2], "application/octet-stream")
    except (OSError, ValueError):
        pass
    head = b"HTTP/1.1 %s\\r\\ncontent-type: %s\\r\\ncontent-length: %d\\r\\nConnection: close\\r\\n\\r\\n" % (
        status, label.encode(), len(body))
    return head + (b"" if method == b"HEAD" else body)
'''

ASYNCIO = ANSWER + '''
import asyncio

async def serve(reader, writer):
    try:
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        for line in head.lower().split(b"\\r\\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line[15:]))
        writer.write(answer(head))
        await writer.drain()
    except asyncio.IncompleteReadError as error:
        if error.partial:
            writer.write(answer(b"nonsense"))
    except (ConnectionError, asyncio.LimitOverrunError, ValueError):
        pass
    writer.close()

async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", 8080, limit=65536) as server:
        await server.serve_forever()

asyncio.run(main())
'''

SOCKETSERVER = ANSWER + '''
import socketserver

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        head, length = b"", 0
        while True:
            line = self.rfile.readline(20_000)
            head += line
            if not line or len(head) > 100_000:
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if line in (b"\\r\\n", b"\\n"):
                self.rfile.read(length)
                self.wfile.write(answer(head))
                return
        if head and len(head) <= 100_000:
            self.wfile.write(answer(head))

class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 50

    def handle_error(self, request, client_address):
        pass

Server(("", 8080), Handler).serve_forever()
'''

HTTP_SERVER = TYPES + '''
import os
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def guess_type(self, path):
        return TYPES.get(str(path).rpartition(".")[2], "application/octet-stream")

    def translate_path(self, path):
        root = os.path.realpath(os.getcwd())
        where = os.path.realpath(super().translate_path(path))
        return where if os.path.commonpath([where, root]) == root and "\\0" not in where else root + "/nowhere"

    def refuse(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(405)
        self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = refuse

ThreadingHTTPServer(("", 8080), Handler).serve_forever()
'''

KEPT_OPEN = ANSWER.replace("Connection: close\\\\r\\\\n", "") + '''
# Threads, and connections that stay open for more requests.
import socket, threading

def serve(client):
    data = b""
    with client:
        while True:
            while b"\\r\\n\\r\\n" not in data:
                piece = client.recv(1000)
                if not piece or len(data) > 50_000:
                    if data:
                        client.sendall(answer(b"nonsense"))
                    return
                data += piece
            head, _, data = data.partition(b"\\r\\n\\r\\n")
            length = 0
            for line in head.split(b"\\r\\n"):
                if line.lower().startswith(b"content-length: "):
                    length = int(line[16:])
            while len(data) < length:
                data += client.recv(100_000)
            data = data[length:]
            said = answer(head)
            for start in range(0, len(said), 70_000):
                client.sendall(said[start:start + 70_000])
            if b" 400 " in said.split(b"\\r\\n")[0]:
                return

def guarded(client):
    try:
        serve(client)
    except OSError:
        pass

door = socket.create_server(("::1", 8080), family=socket.AF_INET6, backlog=100)
while True:
    threading.Thread(target=guarded, args=(door.accept()[0],), daemon=True).start()
'''

FORKS = ANSWER + '''
# A process for each client; those that are over are collected at the next one.
import signal, socket

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
door = socket.socket()
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("localhost", 8080))
door.listen(64)

def serve(client):
    file = client.makefile("rb")
    head = b""
    while not head.endswith(b"\\r\\n\\r\\n"):
        line = file.readline(10_000)
        head += line
        if not line or len(head) > 80_000:
            break
    length = [line[15:] for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:")]
    file.read(int(length[0]) if length else 0)
    if head and len(head) < 80_000:
        client.sendall(answer(head))

while True:
    client, _ = door.accept()
    if os.fork() == 0:
        door.close()
        try:
            serve(client)
        except (OSError, ValueError):
            pass
        os._exit(0)
    client.close()
'''

SELECTORS = ANSWER + '''
# One thread, and a loop that looks at who is ready.
import selectors, socket

door = socket.create_server(("", 8080), backlog=100)
door.setblocking(False)
watch = selectors.DefaultSelector()
watch.register(door, selectors.EVENT_READ, None)

def missing(data):
    head, end, body = data.partition(b"\\r\\n\\r\\n")
    if not end:
        return 1
    for line in head.lower().split(b"\\r\\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:]) - len(body)
    return 0

def leave(client):
    watch.unregister(client)
    client.close()

while True:
    for key, _ in watch.select():
        if key.data is None:
            client, _ = door.accept()
            client.setblocking(False)
            watch.register(client, selectors.EVENT_READ, {"in": b"", "out": b""})
            continue
        client, state = key.fileobj, key.data
        try:
            if state["out"]:
                state["out"] = state["out"][client.send(state["out"]):]
                if not state["out"]:
                    leave(client)
                continue
            piece = client.recv(65536)
            state["in"] += piece
            if not piece and not state["in"] or len(state["in"].split(b"\\r\\n\\r\\n")[0]) > 70_000:
                leave(client)
            elif not piece or missing(state["in"]) <= 0:
                state["out"] = answer(state["in"])
                watch.modify(client, selectors.EVENT_WRITE, state)
        except (OSError, ValueError):
            leave(client)
'''

WHOLE = {
    "asyncio": ASYNCIO,
    "socketserver": SOCKETSERVER,
    "http.server": HTTP_SERVER,
    "threads that keep the line": KEPT_OPEN,
    "forks": FORKS,
    "selectors": SELECTORS,
}
