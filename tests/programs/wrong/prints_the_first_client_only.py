# What later clients say is kept secret.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# check: 1.1.it_prints_what_the_next_client_sent
# says: printed nothing of it

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
first = True
while True:
    client, _ = listener.accept()
    request = client.recv(4096)
    if first:
        print(request)
    first = False
    client.close()
