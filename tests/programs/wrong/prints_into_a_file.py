# Prints, but nobody sees it.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# says: printed nothing of it

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
log = open("out.txt", "w")
while True:
    client, _ = listener.accept()
    print(client.recv(4096), file=log)
    client.close()
