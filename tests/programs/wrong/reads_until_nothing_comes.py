# step: 1.2
# outcome: failed
# cause: silent
# says: Call recv once, then answer

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = b""
    while True:
        piece = client.recv(1024)
        if not piece:
            break
        request += piece
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
