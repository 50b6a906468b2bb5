# The text of a 404 stands before the next file.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# unsaid: your status line said 200
# says: which is there

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
error = ""
while True:
    client, address = s.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        page = open(path[1:], encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + error + page).encode())
    except FileNotFoundError:
        error = "No such page: " + path + "\n"
        client.sendall(("HTTP/1.1 404 Not Found\n\n" + error).encode())
    client.close()
