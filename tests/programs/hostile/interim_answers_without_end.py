# 100 Continue, for ever (bounded).
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: interim answers

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    try:
        for _ in range(1000):
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 4000)
    except OSError:
        pass
    client.close()
