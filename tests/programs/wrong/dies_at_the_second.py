# Works once.
# step: 1.2
# outcome: failed
# cause: crashed
# says: ZeroDivisionError
# says: server.py, line

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
for left in (1, 0):
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!" * (1 // left))
    client.close()
