# Created, where OK was asked.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: HTTP/1.1 201 Created
# says: ^

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 201 Created\n\nHi there!")
    client.close()
