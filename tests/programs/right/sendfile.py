# The kernel sends the file.
# step: 1.3
# outcome: passed

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    if os.path.isfile(name):
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with open(name, "rb") as file:
            client.sendfile(file)
    else:
        client.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
    client.close()
