# Answers two missing files, and then nobody.
# step: 1.3
# outcome: failed
# cause: silent
# wait: 0.7
# unsaid: got no answer
# says: which is there

import socket
import time
s = socket.socket()
s.bind(("", 8080))
s.listen()
misses = 0
while misses < 2:
    client, address = s.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        page = open(path[1:], encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + page).encode())
    except FileNotFoundError:
        misses += 1
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno\n")
    client.close()
print("too many misses, waiting")
time.sleep(60)
