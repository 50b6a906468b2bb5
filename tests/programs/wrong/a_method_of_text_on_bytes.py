# Names a method, and means to.
# step: 1.2
# outcome: failed
# cause: crashed
# unsaid: only names it
# says: descriptor 'strip'

import socket
listener = socket.create_server(("", 8080))
while True:
    client, address = listener.accept()
    lines = list(map(str.strip, client.recv(4096).split(b"\n")))
    print(lines)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()
