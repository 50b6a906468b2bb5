# 404 for everything.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back
# says: 404
# says: ^

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
