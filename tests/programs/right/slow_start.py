# Five seconds of preparations.
# step: 1.2
# outcome: passed
# says: s until it listened
# start: 10

import time

time.sleep(5)
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
