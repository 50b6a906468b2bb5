# A status in other digits.
# step: 1.2
# outcome: failed
# cause: wrong-answer

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall("HTTP/1.1 ²⁰⁰ OK\nContent-Length: ²\n\nHi there!".encode("latin-1", "replace"))
    client.close()
