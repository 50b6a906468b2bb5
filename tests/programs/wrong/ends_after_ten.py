# A loop that has an end.
# step: 1.2
# outcome: failed
# cause: exited
# says: exit status 0

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
for _ in range(5):
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
