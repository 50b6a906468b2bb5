# 500 where 404 was asked.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_missing_file_is_404
# says: 404
# says: ^

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    try:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read())
    except OSError:
        client.sendall(b"HTTP/1.1 500 Oh\n\n")
    client.close()
