# A file of theirs is called re.py.
# step: 1.1
# outcome: failed
# cause: crashed
# says: called re.py
# says: another name

import re
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    print(re.sub("x", "y", client.recv(4096).decode()))
    client.close()
==== re.py
import socket

pattern = 1
