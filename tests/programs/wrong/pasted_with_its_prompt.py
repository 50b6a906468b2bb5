# Taken over from a page with its prompt.
# step: 1.2
# outcome: failed
# cause: crashed
# says: >>> belongs to the page
# unsaid: colon

import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096)
>>> client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()
