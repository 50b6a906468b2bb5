# Chunks whose sizes are wrong.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: chunk

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHi there!\r\n0\r\n\r\n")
    client.close()
