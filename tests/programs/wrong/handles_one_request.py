# There is no accept that could stand in a loop.
# step: 1.2
# outcome: failed
# cause: exited
# says: serve_forever()
# unsaid: accept

from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hi there!\n")


HTTPServer(("", 8080), Handler).handle_request()
