# The same in its answer.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: \x1b[2J

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall("HTTP/1.1 2\x1b[2J \u202eOK [red]\x9b\n\n\x1b]0;x\x07Hi\x00 \u2066there!".encode())
    client.close()
