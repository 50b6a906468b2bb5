# Sends and closes at once, before the request has come.
# step: 1.2
# outcome: failed
# cause: reset
# says: recv

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
