# A typing slip in a name.
# step: 1.1
# outcome: failed
# cause: crashed
# says: NameError: name 'listner' is not defined
# says: server.py, line

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listner.accept()
    print(client.recv(4096))
    client.close()
