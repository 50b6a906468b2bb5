# No close, no length.
# step: 1.2
# outcome: failed
# wait: 0.7
# cause: silent
# says: client.close()
# says: Your program waits in line 16 of server.py: `client, _ = listener.accept()`.

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
clients = []
while True:
    client, _ = listener.accept()
    clients.append(client)
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
