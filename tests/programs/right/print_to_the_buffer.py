# 1.1: written to stdout's buffer, small pieces received.
# step: 1.1
# outcome: passed

import sys
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    client.settimeout(0.2)
    try:
        while data := client.recv(7):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except TimeoutError:
        pass
    client.close()
