# Asks for ASCII.
# step: 1.3
# outcome: failed
# cause: crashed
# check: 1.3.letters_beyond_ascii
# says: utf-8

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    try:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, encoding="utf-8").read().encode("ascii"))
    except OSError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
