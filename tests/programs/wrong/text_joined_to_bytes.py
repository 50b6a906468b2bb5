# A text after bytes.
# step: 1.3
# outcome: failed
# cause: crashed
# check: 1.1.it_goes_on
# says: text and bytes

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    try:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name).read())
    except OSError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\n")
    client.close()
