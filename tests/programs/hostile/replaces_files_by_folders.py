# Turns every new file into a folder (bounded in time).
# step: 1.3
# outcome: failed

import os
import threading
import time
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

def meddle():
    for _ in range(2000):
        for name in os.listdir():
            if os.path.isfile(name) and name != "server.py":
                os.remove(name)
                os.mkdir(name)
        time.sleep(0.005)


threading.Thread(target=meddle, daemon=True).start()
while True:
    client, _ = listener.accept()
    client.sendall(answer(client.recv(4096)))
    client.close()
