# Two arguments for bind.
# step: 1.1
# outcome: failed
# cause: crashed
# check: 1.1.it_prints_what_the_client_sent
# says: two pairs of parentheses

import socket

listener = socket.socket()
listener.bind("", 8080)
listener.listen()
