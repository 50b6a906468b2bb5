# The traceback quotes a line with a status in it.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: KeyError
# unsaid: on your own screen

import socketserver

PAGES = {"/": "Hi there!"}


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        path = self.request.recv(4096).decode().split()[1]
        self.request.sendall(f"HTTP/1.1 200 OK\n\n{PAGES[path]}\n".encode())


with socketserver.TCPServer(("", 8080), Handler) as server:
    server.serve_forever()
