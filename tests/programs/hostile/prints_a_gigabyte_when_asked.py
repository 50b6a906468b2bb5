# A gigabyte of output at the first request.
# step: 1.2
# outcome: failed
# cause: too-much-output
# says: more than 10 MB

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
block = b"x" * 999_999 + b"\n"
for _ in range(1074):
    os.write(1, block)
