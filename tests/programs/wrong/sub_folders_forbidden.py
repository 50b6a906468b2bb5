# Takes the last part of the path only.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_in_a_sub_folder
# says: sub-folder

import os
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = os.path.basename(client.recv(4096).split()[1])
    try:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read())
    except OSError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
