# A tidy program: a handler for SIGTERM, atexit.
# step: 1.3
# outcome: passed

import atexit
import signal
import sys
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
atexit.register(print, "good bye")
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))

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
