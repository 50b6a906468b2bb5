# HTTP/1.1 with connections that stay open.
# step: 1.3
# outcome: passed

from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Serve(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass


ThreadingHTTPServer(("127.0.0.1", 8080), Serve).serve_forever()
