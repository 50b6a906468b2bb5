# recv wants to know how many bytes at most.
# step: 1.1
# outcome: failed
# cause: crashed
# says: recv(4096)

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    print(client.recv())
    client.close()
