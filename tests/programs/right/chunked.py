# The body in chunks.
# step: 1.3
# outcome: passed

import socket

listener = socket.create_server(("", 8080))
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    try:
        data, status = open(name, "rb").read(), b"200 OK"
    except OSError:
        data, status = b"nothing", b"404 Not Found"
    client.sendall(b"HTTP/1.1 " + status + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    for at in range(0, len(data), 1000):
        piece = data[at : at + 1000]
        client.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
    client.sendall(b"0\r\n\r\n")
    client.close()
