# Reads ten bytes, prints ten bytes.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# says: recv(4096)

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    print(client.recv(10))
    client.close()
