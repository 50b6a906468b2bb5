# More bytes said than sent.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: Content-Length
# says: 20

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nHi there!")
    client.close()
