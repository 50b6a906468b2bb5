# Executes itself anew after each client.
# step: 1.2
# outcome: passed

import os
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
listener.close()
client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
client.close()
os.execv(sys.executable, [sys.executable, __file__])
