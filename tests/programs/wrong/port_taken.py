# Somebody else has the port, and this program cannot be moved.
# step: 1.3
# outcome: blocked
# cause: port-taken
# says: listens on port
# port: taken

import os
import sys

if not sys.flags.isolated:
    os.execv(sys.executable, [sys.executable, "-I", "-S", __file__])
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
