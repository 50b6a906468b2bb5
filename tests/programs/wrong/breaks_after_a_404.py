# step: 1.3
# outcome: failed
# cause: exited
# says: Was it a `break`?

import socket
import sys

door = socket.create_server(("", 8080))
while True:
    client, _ = door.accept()
    request = b""
    while b"\r\n\r\n" not in request:
        piece = client.recv(4096)
        if not piece:
            break
        request += piece
    if b"/stop/the/server" in request:
        sys.exit()
    try:
        with open(request.split()[1][1:], "rb") as file:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + file.read())
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
        break
    client.close()
