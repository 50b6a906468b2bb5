# Binds, serves one, closes, binds again.
# step: 1.3
# outcome: passed

import socket

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

while True:
    listener = socket.create_server(("", 8080))
    client, _ = listener.accept()
    listener.close()
    client.sendall(answer(client.recv(4096)))
    client.close()
