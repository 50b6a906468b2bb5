# Listens after eight seconds, and never answers.
# step: 1.3
# outcome: failed
# cause: silent
# says: accept

import time

time.sleep(8)
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    time.sleep(60)
