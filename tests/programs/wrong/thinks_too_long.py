# Ten seconds for each answer.
# step: 1.2
# outcome: failed
# wait: 0.7
# cause: silent
# says: 0 bytes

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    time.sleep(10)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
