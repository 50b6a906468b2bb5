# os._exit in the middle of a request.
# step: 1.2
# outcome: failed
# cause: exited
# says: exit status 7
# says: exit()
# says: after the request

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
listener.accept()[0].recv(4096)
os._exit(7)
