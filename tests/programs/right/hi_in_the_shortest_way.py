# 1.2: the least that can be said.
# step: 1.2
# outcome: passed

import socket
d = socket.create_server(("", 8080))
while True:
    c = d.accept()[0]
    c.recv(999)
    c.send(b"HTTP/1.1 200\n\nHi there!")
    c.close()
