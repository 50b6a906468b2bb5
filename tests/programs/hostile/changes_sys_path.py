# Puts strange folders first on sys.path.
# step: 1.2
# outcome: passed

import sys

sys.path[:0] = ["/", "", "nowhere"]
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
