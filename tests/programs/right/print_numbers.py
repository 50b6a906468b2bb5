# 1.1: the bytes as numbers.
# step: 1.1
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    print(list(client.recv(4096)))
    client.close()
