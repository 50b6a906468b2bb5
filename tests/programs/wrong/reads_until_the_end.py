# Waits for the client to hang up before it answers.
# step: 1.2
# outcome: failed
# wait: 0.7
# cause: silent
# check: 1.2.the_answer_is_200
# says: recv

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    while client.recv(4096):
        pass
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
