# Reads to the empty line, however the request comes.
# step: 1.3
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

while True:
    client, _ = listener.accept()
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(10)
    client.sendall(answer(request))
    client.close()
