# Changes the socket class itself.
# step: 1.2
# outcome: passed

import socket

plain = socket.socket.bind
socket.socket.bind = lambda self, address: plain(self, address)
socket.socket.getsockname = None
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
