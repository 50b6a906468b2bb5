# The port in quotes.
# step: 1.1
# outcome: failed
# cause: crashed
# says: without quotes

import socket

listener = socket.socket()
listener.bind(("", "8080"))
listener.listen()
