# A byte a second.
# step: 1.2
# outcome: failed
# cause: too-slow
# says: too slowly
# says: Your program waits in line 19 of server.py: `time.sleep(0.9)`.

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    for byte in b"HTTP/1.1 200 OK\n\nHi there!":
        client.sendall(bytes([byte]))
        time.sleep(0.9)
    client.close()
