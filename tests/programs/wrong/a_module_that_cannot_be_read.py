# The line is one of another file.
# step: 1.2
# outcome: failed
# cause: crashed
# says: cannot read line 4 of pages.py, so nothing was run: '(' was never closed. Look

import socket
import pages
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    client.recv(4096)
    client.sendall(pages.HI)
    client.close()
==== pages.py
# the pages


HI = (b"HTTP/1.1 200 OK\n\nHi there!\n"
BYE = b"x"
