# The old greeting stands before each file.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back
# says: Hi there!

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    try:
        client.sendall(b"HTTP/1.1 200 OK\n\nHi there!" + open(name, "rb").read())
    except OSError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\n")
    client.close()
