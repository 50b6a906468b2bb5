# Serves only the list of its files.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\n" + "\n".join(os.listdir()).encode())
    client.close()
