# An empty line comes first.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: empty line
# says: ^

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"""
HTTP/1.1 200 OK

Hi there!""")
    client.close()
