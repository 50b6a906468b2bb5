# Wants an argument that nobody gives.
# step: 1.1
# outcome: failed
# cause: crashed
# says: Your program looks for words behind its name
# says: server.py, line

import socket
import sys

listener = socket.socket()
listener.bind(("", int(sys.argv[1])))
listener.listen()
