# The same port a second time: the learner's own doing.
# step: 1.1
# outcome: failed
# cause: crashed
# says: twice

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
again = socket.socket()
again.bind(("", 8080))
