# A right server is left behind, and then it crashes.
# step: 1.2
# outcome: failed
# cause: crashed
# says: SystemError

import subprocess
import sys

subprocess.Popen([sys.executable, "real.py"], start_new_session=True)
raise SystemError("this one does not serve")
==== real.py
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
