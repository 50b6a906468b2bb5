# Content-Length: ten to the thirtieth.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: 31 digits

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1" + b"0" * 30 + b"\r\n\r\nHi there!")
    client.close()
