# accept gives a pair, taken for the client.
# step: 1.1
# outcome: failed
# cause: crashed
# says: pair

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client = listener.accept()
    print(client.recv(4096))
    client.close()
