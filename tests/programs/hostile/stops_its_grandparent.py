# SIGSTOP to the parent of its parent, then rightly on.
# step: 1.2
# outcome: passed

import os
import signal
from pathlib import Path

status = Path(f"/proc/{os.getppid()}/stat").read_text()
os.kill(int(status.rpartition(")")[2].split()[1]), signal.SIGSTOP)
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
