# A greeting as soon as a client comes, before it asks.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: status line

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.sendall(b"Welcome!\n")
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
