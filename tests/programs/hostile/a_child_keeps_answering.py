# The parent dies with an error, the child answers on.
# step: 1.2
# outcome: failed
# cause: crashed
# says: RuntimeError

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
if os.fork():
    raise RuntimeError("parent")
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
