# The 404 is shorter than it says.
# step: 1.3
# outcome: failed
# cause: closed-early
# unsaid: got no answer
# says: Content-Length says 20 bytes

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        with open(path[1:], "rb") as f:
            page = f.read()
        client.sendall(b"HTTP/1.1 200 OK\n\n" + page)
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\nContent-Length: 20\n\nNo such page\n")
    client.close()
