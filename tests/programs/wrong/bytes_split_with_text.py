# split with a text on bytes.
# step: 1.3
# outcome: failed
# cause: crashed
# says: .decode()

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split(" ")[1][1:]
    client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read())
    client.close()
