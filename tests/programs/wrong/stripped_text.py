# Loses the spaces and lines at both ends.
# step: 1.3
# outcome: failed
# cause: wrong-answer

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    try:
        data = " ".join(open(name).read().split())
        client.sendall(b"HTTP/1.1 200 OK\n\n" + data.encode())
    except OSError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
