# The name that is missing begins with a slash, and is not the path.
# step: 1.3
# outcome: failed
# cause: crashed
# unsaid: whole disk
# says: FileNotFoundError

import os
import socket
HERE = os.path.dirname(os.path.abspath(__file__))
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    c, a = s.accept()
    path = c.recv(4096).decode().split()[1]
    name = os.path.join(HERE, "www", path[1:])
    with open(name, encoding="utf-8") as f:
        c.sendall(b"HTTP/1.1 200 OK\n\n" + f.read().encode())
    c.close()
