# It is the program that has ended the line.
# step: 1.2
# outcome: failed
# cause: crashed
# unsaid: client that has hung up
# says: BrokenPipeError

import socket
s = socket.create_server(("", 8080))
while True:
    c, _ = s.accept(); c.recv(4096); c.shutdown(socket.SHUT_WR)
    c.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n"); c.close()
