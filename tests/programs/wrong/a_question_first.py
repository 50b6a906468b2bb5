# Asks the user before it starts.
# step: 1.1
# outcome: failed
# cause: crashed
# says: input

import socket

port = int(input("Which port? "))
listener = socket.create_server(("", port))
