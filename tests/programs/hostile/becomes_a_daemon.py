# Forks twice, setsid, and leaves a right server behind.
# step: 1.2
# outcome: failed
# cause: left-behind
# says: left another process running

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
