# Serves one and closes the door, but lives on.
# step: 1.2
# outcome: failed
# cause: not-listening
# says: no longer listens

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
client.close()
listener.close()
time.sleep(600)
