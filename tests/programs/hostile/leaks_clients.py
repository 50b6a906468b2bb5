# Keeps every client's socket, and answers with a length.
# step: 1.2
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
kept = []
while True:
    client, _ = listener.accept()
    kept.append(client)
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHi there!")
