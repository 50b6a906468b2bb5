# step: 1.2
# outcome: failed
# cause: crashed
# says: def run(self)

import socket


class Server:
    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.bind(("", port))
        self.socket.listen()

    def run():
        while True:
            client, _ = self.socket.accept()  # noqa: F821
            client.recv(4096)
            client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
            client.close()


Server(8080).run()
