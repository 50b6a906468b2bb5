# The body alone.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# check: 1.2.the_answer_is_200
# says: status line
# says: ^

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"Hi there!")
    client.close()
