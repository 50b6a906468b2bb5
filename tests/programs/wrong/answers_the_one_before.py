# Each client gets what the one before asked for.
# step: 1.3
# outcome: failed
# cause: wrong-answer

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

before = b"GET /server.py"
while True:
    client, _ = listener.accept()
    request = client.recv(4096)
    client.sendall(answer(before))
    before = request
    client.close()
