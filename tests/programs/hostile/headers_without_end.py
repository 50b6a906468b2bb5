# A head that never ends.
# step: 1.2
# outcome: failed
# cause: too-much-output
# says: without end

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    try:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            client.sendall(b"x-header: 1\r\n" * 10_000)
    except OSError:
        client.close()
