# Left-overs behind the end.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: goes on after the end

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    try:
        data, status = open(name, "rb").read(), b"200 OK"
    except OSError:
        data, status = b"no", b"404 Not Found"
    client.sendall(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(data), data))
    client.sendall(b"debug")
    client.close()
