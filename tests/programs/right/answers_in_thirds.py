# Each answer in three writes with a length, then waits for the client to close.
# step: 1.3
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    try:
        data, status = open(name, "rb").read(), b"200 OK"
    except OSError:
        data, status = b"", b"404 Not Found"
    client.sendall(b"HTTP/1.1 " + status + b"\r\n")
    client.sendall(b"Content-Length: %d\r\n\r\n" % len(data))
    client.sendall(data)
    client.recv(1)
    client.close()
