# Port 8000.
# step: 1.1
# outcome: failed
# cause: wrong-address
# says: 8000
# says: 8080
# start: 1.5

import socket

listener = socket.socket()
listener.bind(("", 8000))
listener.listen()
while True:
    client, _ = listener.accept()
    print(client.recv(4096))
    client.close()
