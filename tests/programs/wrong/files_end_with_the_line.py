# Loses the last characters of each file.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back
# says: ends here

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:]
    try:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read()[:-3])
    except OSError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\n")
    client.close()
