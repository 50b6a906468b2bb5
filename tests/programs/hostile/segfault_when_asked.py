# The same at the second request.
# step: 1.2
# outcome: failed
# cause: crashed
# says: SIGSEGV
# says: after the request

import ctypes
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
for turn in range(2):
    client, _ = listener.accept()
    client.recv(4096)
    if turn:
        ctypes.string_at(0)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
