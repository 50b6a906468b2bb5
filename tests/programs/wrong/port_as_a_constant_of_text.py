# The port is a text, and has a name.
# step: 1.1
# outcome: failed
# cause: crashed
# says: without quotes

import socket
HOST = "localhost"
PORT = "8080"
listener = socket.socket()
listener.bind((HOST, PORT))
listener.listen()
while True:
    client, address = listener.accept()
    print(client.recv(4096))
    client.close()
