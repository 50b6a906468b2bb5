# Left-overs that come a moment later, before the close.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: goes on after the end

import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHi there!")
    time.sleep(0.01)
    client.sendall(b"junk")
    client.close()
