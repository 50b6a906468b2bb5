# Leaves out what stands around the text of a file.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: all of it and nothing else
# check: 1.3.a_file_comes_back

import socket
s = socket.create_server(("", 8080))
while True:
    c, _ = s.accept()
    p = c.recv(4096).decode().split()[1]
    try:
        c.sendall(("HTTP/1.1 200 OK\n\n" + open(p[1:], encoding="utf-8").read().strip()).encode())
    except FileNotFoundError:
        c.sendall(b"HTTP/1.1 404 Not Found\n\n")
    c.close()
