# Sends and closes; the request is never read.
# step: 1.2
# outcome: failed
# cause: reset
# says: recv

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    time.sleep(0.05)
    client.close()
