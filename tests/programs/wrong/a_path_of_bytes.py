# step: 1.3
# outcome: failed
# cause: crashed
# says: Path takes text

import socket
from pathlib import Path

door = socket.create_server(("", 8080))
while True:
    client, _ = door.accept()
    path = client.recv(9999).split()[1]
    file = Path(path[1:])
    if file.exists():
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + file.read_bytes())
    else:
        client.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
    client.close()
