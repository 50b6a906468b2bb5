# bind, and no listen: waits for something else.
# step: 1.1
# outcome: failed
# cause: not-listening
# says: listen()
# start: 1.5
# says: Your program waits in line 15 of server.py: `time.sleep(1)`.

import socket
import time

listener = socket.socket()
listener.bind(("", 8080))
while True:
    time.sleep(1)
