# A pattern of text on bytes.
# step: 1.3
# outcome: failed
# cause: crashed
# says: .decode()

import re
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    request = client.recv(4096)
    name = re.search(r"GET /(\S+)", request).group(1)
    client.sendall(b"HTTP/1.1 200 OK\n\n" + open(name, "rb").read())
    client.close()
