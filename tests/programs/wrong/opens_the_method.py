# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: split()[1]

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    path = request.split()[0]
    try:
        with open(path[1:], encoding="utf-8") as file:
            answer = "HTTP/1.1 200 OK\n\n" + file.read()
    except FileNotFoundError:
        answer = "HTTP/1.1 404 Not Found\n\n"
    client.sendall(answer.encode())
    client.close()
