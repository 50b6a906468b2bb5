# The thread fails, and the program lives on.
# step: 1.3
# outcome: failed
# cause: closed-early
# check: 1.3.a_missing_file_is_404
# says: Catch FileNotFoundError
# unsaid: died

import socket
import threading


def serve(client):
    with client:
        path = client.recv(4096).decode().split()[1]
        page = open(path[1:], encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + page).encode())


listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    threading.Thread(target=serve, args=[client]).start()
