# 2OO with letters.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: 2OO

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 2OO OK\n\nHi there!")
    client.close()
