# A process for each client, a hundred of them, that stay (bounded).
# step: 1.2
# outcome: failed
# cause: too-many-processes
# says: more than 64 processes

import os
import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
for _ in range(150):
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)
time.sleep(30)
