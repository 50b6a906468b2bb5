# 1.1: as hexadecimal numbers.
# step: 1.1
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    print(client.recv(4096).hex(" "))
    client.close()
