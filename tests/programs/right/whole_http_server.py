# All of the lab, on the standard library's HTTP server.
# step: 1.8
# outcome: passed
# begun: yes

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path.cwd()
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "application/javascript; charset=UTF-8",
    ".txt": 'text/plain; charset="utf-8"',
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


class Serve(BaseHTTPRequestHandler):
    def do_GET(self):
        path = unquote(self.path.partition("?")[0])
        try:
            file = Path(ROOT, path.lstrip("/")).resolve()
            body = file.read_bytes() if file.is_relative_to(ROOT) else None
        except (OSError, ValueError, RuntimeError):
            body = None
        if body is None:
            self.reply(404, b"no\n", "text/plain; charset=utf-8")
        else:
            self.reply(200, body, TYPES.get(file.suffix, "application/octet-stream"))

    do_HEAD = do_GET

    def reply(self, status, body, label, **more):
        self.send_response(status)
        self.send_header("Content-Type", label)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def no(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.reply(405, b"no\n", "text/plain; charset=utf-8", Allow="GET, HEAD")

    do_POST = do_PUT = do_DELETE = no


ThreadingHTTPServer(("", 8080), Serve).serve_forever()
