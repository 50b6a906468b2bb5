# A file of theirs is called socket.py.
# step: 1.1
# outcome: failed
# cause: crashed
# says: called socket.py
# says: another name

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    print(client.recv(4096))
    client.close()
==== socket.py
notes = "sockets are nice"
