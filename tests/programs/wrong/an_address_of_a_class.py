# Binds an attribute; the text that it sends is another matter.
# step: 1.2
# outcome: failed
# cause: crashed
# says: A socket takes bytes
# unsaid: pairs of parentheses

import socket

class Server:
    def __init__(self, host, port):
        self.address = (host, port)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def run(self):
        self.sock.bind(self.address)
        self.sock.listen()
        while True:
            conn, addr = self.sock.accept()
            data = conn.recv(4096)
            conn.sendall("HTTP/1.1 200 OK\n\nHi there!\n")
            conn.close()

Server("", 8080).run()
