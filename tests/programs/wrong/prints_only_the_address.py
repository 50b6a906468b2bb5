# Prints who came, not what was said.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# check: 1.1.it_prints_what_the_client_sent
# says: printed nothing of it

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    client.recv(4096)
    print(address)
    client.close()
