# Listens, serves one, and moves to another port.
# step: 1.2
# outcome: failed
# cause: wrong-address

import socket

listener = socket.create_server(("", 8080))
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
    listener.close()
    listener = socket.create_server(("127.0.0.1", 0))
