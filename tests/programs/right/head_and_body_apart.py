# Two writes with a pause between them.
# step: 1.2
# outcome: passed

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n")
    time.sleep(0.1)
    client.sendall(b"\nHi ")
    time.sleep(0.1)
    client.sendall(b"there!\n")
    client.close()
