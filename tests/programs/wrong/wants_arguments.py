# step: 1.1
# outcome: failed
# cause: crashed
# says: server.py, line 9: Your program looks for words behind its name

import socket
import sys

port = int(sys.argv[1])
listener = socket.socket()
listener.bind(("", port))
listener.listen()
