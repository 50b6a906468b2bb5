# Looks in a folder of its own.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# unsaid: the same file

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    path = client.recv(4096).decode().split()[1]
    before, slash, name = path.partition("/")
    try:
        page = open("static/" + name, encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + page).encode())
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno\n")
    client.close()
