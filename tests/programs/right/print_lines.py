# 1.1: line by line, with the address.
# step: 1.1
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    for line in client.recv(4096).decode().splitlines():
        print(address, "says", line)
    client.close()
