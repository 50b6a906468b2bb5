# A bare except hides why nothing is sent.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: without sending a byte

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    try:
        client.recv(4096)
        client.sendall("HTTP/1.1 200 OK\n\nHi there!")
    except Exception:
        pass
    client.close()
