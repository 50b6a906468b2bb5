# step: 1.1
# outcome: passed
# says: does not hang up
# Hanging up is what 1.2 asks for: here it is said.

import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096)
    print(request)
