# 204 has no body: what follows it is left over.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: 204

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 204 No Content\n\nHi there!")
    client.close()
