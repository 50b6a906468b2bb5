# A page that says 404, with the status 200.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_missing_file_is_404
# says: status line says 200

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    try:
        data = open(name, "rb").read()
    except OSError:
        data = b"404 Not Found"
    client.sendall(b"HTTP/1.1 200 OK\n\n" + data)
    client.close()
