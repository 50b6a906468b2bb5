# Each thread dies, the program lives.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: KeyError
# says: server.py, line

import threading
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

def serve(client):
    {}[client.recv(4096)]


while True:
    threading.Thread(target=serve, args=(listener.accept()[0],)).start()
