# Only .html is served.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back
# says: 404

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    if name.endswith(".html") and __import__("os").path.isfile(name):
        client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read())
    else:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
