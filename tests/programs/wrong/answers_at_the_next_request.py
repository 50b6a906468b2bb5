# Each client gets its answer when the next one comes.
# step: 1.2
# outcome: failed
# wait: 0.7
# cause: silent
# says: 0 bytes

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
waiting = None
while True:
    client, _ = listener.accept()
    client.recv(4096)
    if waiting:
        waiting.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
        waiting.close()
    waiting = client
