# Writes a log beside itself.
# step: 1.3
# outcome: passed

import logging
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
logging.basicConfig(filename="access.log", level=logging.INFO)

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

while True:
    client, address = listener.accept()
    request = client.recv(4096)
    logging.info("%s %r", address, request)
    client.sendall(answer(request))
    client.close()
