# The same in its body.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# check: 1.2.the_body_is_hi_there
# says: \x1b]0;x\x07

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall("HTTP/1.1 200 OK\n\n\x1b]0;x\x07Hi\x00 [red]\u2066there!".encode() + b"\xff\x9b")
    client.close()
