# The first argument begins with a literal.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: your status line said 200
# unsaid: the same file

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    c, a = s.accept()
    path = c.recv(4096).decode().split()[1]
    try:
        body = open("./" + path[1:], encoding="utf-8").read()
    except FileNotFoundError:
        body = "not found"
    c.sendall(("HTTP/1.1 200 OK\n\n" + body).encode())
    c.close()
