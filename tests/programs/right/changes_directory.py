# Works from elsewhere, with a path of its own.
# step: 1.3
# outcome: passed

import os
from pathlib import Path

HOME = Path(__file__).resolve().parent
os.chdir("/")
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    file = HOME / client.recv(4096).split()[1][1:].decode()
    if file.is_file():
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + file.read_bytes())
    else:
        client.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
    client.close()
