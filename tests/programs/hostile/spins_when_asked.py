# Turns in a circle at the first request.
# step: 1.2
# outcome: failed
# wait: 0.7
# cause: silent
# says: 0 bytes

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
while True:
    pass
