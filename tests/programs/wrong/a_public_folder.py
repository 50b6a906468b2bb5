# Puts the path behind a folder, with the slash that is needed there.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# unsaid: whole disk

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    method, path, version = client.recv(4096).decode().splitlines()[0].split()
    try:
        page = open(f"public{path}", encoding="utf-8").read()
        client.sendall(("HTTP/1.1 200 OK\n\n" + page).encode())
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno\n")
    client.close()
