# A socket in the file system.
# step: 1.1
# outcome: failed
# cause: not-listening
# says: AF_UNIX
# start: 1.5

import socket

listener = socket.socket(socket.AF_UNIX)
listener.bind("8080")
listener.listen()
listener.accept()
