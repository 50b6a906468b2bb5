# Takes letters off the ends, in whichever order they stand there.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: is answered with 200
# check: 1.3.a_file_comes_back

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    line = client.recv(4096).decode().split("\r\n")[0]
    name = line.lstrip("GET /").rstrip(" HTTP/1.1")
    try:
        page = open(name, encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + page).encode())
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno\n")
    client.close()
