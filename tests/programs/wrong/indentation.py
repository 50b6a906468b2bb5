# One line of the loop stands too far left.
# step: 1.1
# outcome: failed
# cause: crashed
# says: indentation

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
client, _ = listener.accept()
    print(client.recv(4096))
    client.close()
