# Every byte in a write of its own, as fast as it goes.
# step: 1.2
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    for byte in b"HTTP/1.1 200 OK\r\nServer: mine\r\n\r\nHi there!":
        client.send(bytes([byte]))
    client.close()
