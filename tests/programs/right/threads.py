# A thread a client.
# step: 1.3
# outcome: passed

import threading
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

def serve(client):
    with client:
        client.sendall(answer(client.recv(4096)))


while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
