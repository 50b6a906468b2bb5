# An address of another machine.
# step: 1.1
# outcome: failed
# cause: crashed
# says: 127.0.0.1
# says: 192.0.2.7

import socket

listener = socket.create_server(("192.0.2.7", 8080))
