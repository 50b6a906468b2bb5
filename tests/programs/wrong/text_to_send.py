# Text where bytes belong.
# step: 1.2
# outcome: failed
# cause: crashed
# says: server.py, line
# says: A socket takes bytes

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.send("HTTP/1.1 200 OK\n\nHi there!")
    client.close()
