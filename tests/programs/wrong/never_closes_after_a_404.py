# The 404 goes out, and then the loop begins anew before it closes.
# step: 1.3
# outcome: failed
# cause: silent
# wait: 0.7
# unsaid: got no answer
# says: bytes came

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        with open(path[1:], encoding="utf-8") as f:
            page = f.read()
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nNo such page\n")
        continue
    client.sendall(b"HTTP/1.1 200 OK\n\n" + page.encode())
    client.close()
