# The door is closed after the first client.
# step: 1.2
# outcome: failed
# cause: crashed
# says: listening one stays open

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
    listener.close()
