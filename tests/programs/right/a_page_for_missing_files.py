# The page that says 404 is a file of their own.
# step: 1.3
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    try:
        answer = b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read()
    except FileNotFoundError:
        answer = b"HTTP/1.1 404 Not Found\n\n" + open("404.html", "rb").read()
    client.sendall(answer)
    client.close()
==== 404.html
<h1>Not here</h1>
==== index.html
<h1>Here</h1>
