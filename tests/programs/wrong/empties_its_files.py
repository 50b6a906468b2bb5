# Opens a file in order to write it.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: The mode w

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        page = open(path[1:], "w+", encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + page).encode())
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno\n")
    client.close()
