# Somebody listens on the port already: a program that can be moved does not notice.
# step: 1.3
# outcome: passed
# port: taken

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
    client.sendall(answer(client.recv(4096)))
    client.close()
