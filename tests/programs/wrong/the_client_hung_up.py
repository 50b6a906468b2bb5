# Prints and answers, but so late that the client has gone, and dies of it.
# step: 1.2
# outcome: failed
# wait: 0.7
# cause: silent
# says: 0 bytes

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    time.sleep(3)
    for byte in b"HTTP/1.1 200 OK\n\nHi there!":
        client.send(bytes([byte]))
    client.close()
