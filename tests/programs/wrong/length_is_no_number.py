# A length in words.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: Content-Length is no number but 'nine'

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\nHi there!")
    client.close()
