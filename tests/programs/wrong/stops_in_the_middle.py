# The head, and then nothing.
# step: 1.2
# outcome: failed
# cause: silent
# says: then nothing

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHi")
    time.sleep(60)
