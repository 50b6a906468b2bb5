# The client had its answer, and went.
# step: 1.2
# outcome: failed
# cause: crashed
# unsaid: before it was answered
# says: catch OSError

import socket
import time
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\nContent-Length: 10\n\nHi there!\n")
    time.sleep(0.3)
    client.sendall(b"Bye!\n")
    time.sleep(0.2)
    client.sendall(b"Bye!\n")
    client.close()
