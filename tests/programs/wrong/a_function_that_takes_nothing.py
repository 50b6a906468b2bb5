# No method, and so without self.
# step: 1.2
# outcome: failed
# cause: crashed
# says: def handle(client)
# unsaid: self

import socket


def handle():
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()


listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    handle(client)
