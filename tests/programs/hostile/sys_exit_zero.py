# sys.exit(0) after the first client.
# step: 1.2
# outcome: failed
# cause: exited
# says: exit status 0
# says: exit()

import sys
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
client.close()
sys.exit(0)
