# A process a client.
# step: 1.3
# outcome: passed

import os
import signal
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

while True:
    client, _ = listener.accept()
    if os.fork() == 0:
        client.sendall(answer(client.recv(4096)))
        os._exit(0)
    client.close()
