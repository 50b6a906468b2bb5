# 1.1: through logging, to stderr.
# step: 1.1
# outcome: passed

import logging
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
logging.basicConfig(level=logging.DEBUG)
while True:
    client, address = listener.accept()
    logging.debug("request: %s", client.recv(4096).decode())
    client.close()
