# step: 1.3
# outcome: failed
# cause: wrong-answer
# says: write except FileNotFoundError

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    path = request.split()[1]
    try:
        with open(path[1:], encoding="utf-8") as file:
            answer = "HTTP/1.1 200 OK\n\n" + file.reed()
    except:  # noqa: E722
        answer = "HTTP/1.1 404 Not Found\n\n"
    client.sendall(answer.encode())
    client.close()
