# Knows the two files of the lesson.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
pages = {"/index.html": b"<h1>My first page</h1>", "/main.css": b"h1 { color: red }"}
while True:
    client, _ = listener.accept()
    path = client.recv(4096).split()[1].decode()
    if path in pages:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + pages[path])
    else:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
