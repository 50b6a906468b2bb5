# Looks whether it is there with the slash, and opens it without.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# unsaid: its method
# says: is answered with 200

import os
import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    c, a = s.accept()
    request = c.recv(4096).decode()
    first = request.split("\r\n")[0]
    method, path, version = first.split()
    if os.path.exists(path):
        with open(path[1:], encoding="utf-8") as f:
            answer = "HTTP/1.1 200 OK\n\n" + f.read()
    else:
        answer = "HTTP/1.1 404 Not Found\n\nnothing\n"
    c.sendall(answer.encode())
    c.close()
