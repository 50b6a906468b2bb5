# step: 1.1
# outcome: failed
# cause: crashed
# says: write socket.socket()

import socket

listener = socket()
listener.bind(("", 8080))
listener.listen()
