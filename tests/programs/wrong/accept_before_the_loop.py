# One client, for ever.
# step: 1.2
# outcome: failed
# cause: crashed
# says: accept

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
while True:
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
