# A module beside it is called as stackwalk's own.
# step: 1.2
# outcome: passed

import sitecustomize
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
==== sitecustomize.py
name = "mine"
