# A 404 that is its status line alone: its head never ends, and curl calls it an empty reply.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_missing_file_is_404
# says: and no more
# says: also where no body follows
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        answer = "HTTP/1.1 200 OK\n\n" + open(path[1:], encoding="utf-8").read()
    except FileNotFoundError:
        answer = "HTTP/1.1 404 Not Found"
    client.sendall(answer.encode())
    client.close()
