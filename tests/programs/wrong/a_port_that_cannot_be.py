# Ports end at 65535.
# step: 1.1
# outcome: failed
# cause: crashed
# says: 80800

import socket

listener = socket.socket()
listener.bind(("", 80800))
listener.listen()
