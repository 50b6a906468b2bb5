# Reads a byte, answers, closes.
# step: 1.2
# outcome: failed
# cause: reset
# says: recv

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(1)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
