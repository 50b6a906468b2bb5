# print instead of send.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: sendall

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    print("HTTP/1.1 200 OK\n\nHi there!")
    client.close()
