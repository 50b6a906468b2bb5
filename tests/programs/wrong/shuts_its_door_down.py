# The door was open.
# step: 1.2
# outcome: failed
# cause: crashed
# unsaid: never opened
# says: Invalid argument

import socket
listener = socket.create_server(("", 8080))
while True:
    client, address = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()
    listener.shutdown(socket.SHUT_RDWR)
