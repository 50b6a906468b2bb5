# The first argument begins with a literal.
# step: 1.3
# outcome: failed
# cause: crashed
# says: Catch FileNotFoundError
# unsaid: the same file

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    c, a = s.accept()
    path = c.recv(4096).decode().split()[1]
    f = open("." + path, encoding="utf-8")
    c.sendall(b"HTTP/1.1 200 OK\n\n" + f.read().encode())
    c.close()
