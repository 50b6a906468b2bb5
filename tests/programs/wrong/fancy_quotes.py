# Typographic quotes, from a word processor.
# step: 1.1
# outcome: failed
# cause: crashed
# says: line
# says: quote

import socket

listener = socket.socket()
listener.bind((“”, 8080))
listener.listen()
