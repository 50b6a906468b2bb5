# It is no socket that gets text.
# step: 1.2
# outcome: failed
# cause: crashed
# says: opens this file for bytes
# unsaid: A socket

import socket
log = open("log.txt", "wb")
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096)
    log.write("a request from " + address[0] + "\n")
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()
