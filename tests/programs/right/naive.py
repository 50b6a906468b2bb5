# Bare line feeds, no headers, one recv, text files: what the lesson leads to.
# step: 1.3
# outcome: passed

import re
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(1000).decode()
    print(request)
    path = re.search(r"GET /(\S*)", request).group(1)
    try:
        with open(path) as file:
            answer = "HTTP/1.1 200 OK\n\n" + file.read()
    except FileNotFoundError:
        answer = "HTTP/1.1 404 Not Found\n\nThere is no such file.\n"
    client.sendall(answer.encode())
    client.close()
