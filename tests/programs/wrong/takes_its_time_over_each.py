# Right, but it thinks for 1.5 s about each answer: the checks' time together is used up before they are through.
# step: 1.2
# outcome: failed
# cause: too-slow
# says: takes its time over each answer

import socket
import time

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    client.recv(4096)
    time.sleep(1.5)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()
