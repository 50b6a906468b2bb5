# Content-Length with more digits than Python reads.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: 6000 digits

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 6000 + b"\r\n\r\nHi there!")
    client.close()
