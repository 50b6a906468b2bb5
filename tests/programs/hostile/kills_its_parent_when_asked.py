# The same at the first request.
# step: 1.2
# outcome: failed
# cause: exited
# says: killed the process that had started it

import os
import signal
import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
client.recv(4096)
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(60)
