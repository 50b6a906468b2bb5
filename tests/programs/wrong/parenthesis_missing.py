# A parenthesis is never closed.
# step: 1.1
# outcome: failed
# cause: crashed
# says: line
# says: parenthesis

import socket

listener = socket.socket()
listener.bind(("", 8080)
listener.listen()
while True:
    client, _ = listener.accept()
    print(client.recv(4096))
    client.close()
