# Sends nothing to anybody else.
# step: 1.2
# outcome: failed
# cause: silent
# wait: 0.7
# unsaid: went out
# says: 0 bytes

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    c, a = s.accept()
    request = c.recv(4096)
    if request.startswith(b"GET / HTTP"):
        c.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
