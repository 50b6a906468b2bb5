# Python cannot read what a client sent.
# step: 1.2
# outcome: failed
# cause: crashed
# says: SyntaxError
# unsaid: nothing was run

import socket
s = socket.create_server(("", 8080))
while True:
    c, _ = s.accept(); r = c.recv(4096).decode()
    print(eval(r.split("\r\n")[0]))
    c.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n"); c.close()
