# Listens, and does something else.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# says: accept
# start: 1.5

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
time.sleep(600)
