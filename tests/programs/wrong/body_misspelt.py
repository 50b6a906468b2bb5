# Hi There!
# step: 1.2
# outcome: failed
# cause: wrong-answer
# check: 1.2.the_body_is_hi_there
# says: ^
# says: Hi There!

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi There!")
    client.close()
