# step: 1.1
# outcome: failed
# cause: crashed
# says: the module comes first: from socket import socket

import socket from socket

listener = socket()
listener.bind(("", 8080))
listener.listen()
