# Opens forty ports, the right one among them.
# step: 1.2
# outcome: passed

import socket

doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(40)]
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
