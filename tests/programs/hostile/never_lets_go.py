# Answers rightly, and keeps every connection half open after it.
# step: 1.2
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
kept = []
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.shutdown(socket.SHUT_WR)
    kept.append(client)
