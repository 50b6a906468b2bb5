# No descriptors left: accept fails.
# step: 1.2
# outcome: failed
# cause: crashed
# says: Too many open files

import resource
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
while True:
    client, _ = listener.accept()
    client.recv(4096)
