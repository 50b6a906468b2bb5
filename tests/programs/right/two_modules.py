# What it does is in a module beside it.
# step: 1.3
# outcome: passed

import answering
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, _ = listener.accept()
    client.sendall(answering.answer(client.recv(4096)))
    client.close()
==== answering.py
def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"
