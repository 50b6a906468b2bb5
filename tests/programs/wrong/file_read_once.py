# Reads every file at its start, and never again.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_file_comes_back
# says: 404

from pathlib import Path
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
files = {f"/{file}".encode(): file.read_bytes() for file in Path().rglob("*") if file.is_file()}
while True:
    client, _ = listener.accept()
    path = client.recv(4096).split()[1]
    if path in files:
        client.sendall(b"HTTP/1.1 200 OK\n\n" + files[path])
    else:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno")
    client.close()
