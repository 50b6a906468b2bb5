# UDP.
# step: 1.1
# outcome: failed
# cause: wrong-address
# says: SOCK_DGRAM
# start: 1.5

import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.bind(("", 8080))
while True:
    print(listener.recv(4096))
