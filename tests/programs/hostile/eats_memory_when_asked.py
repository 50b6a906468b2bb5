# Takes memory at the first request (itself bounded to 1 GB).
# step: 1.2
# outcome: failed
# cause: too-much-memory
# says: more than 512 MB

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
kept = []
for _ in range(50):
    kept.append(bytearray(b"x") * 20_000_000)
    time.sleep(0.01)
time.sleep(60)
