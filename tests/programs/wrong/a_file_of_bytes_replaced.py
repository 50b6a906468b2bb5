# The bytes are those of a file.
# step: 1.3
# outcome: failed
# cause: crashed
# says: you treat bytes as text
# unsaid: recv gives

import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    path = request.split()[1]
    try:
        with open(path[1:], "rb") as f:
            body = f.read().replace("\r\n", "\n")
        client.sendall(b"HTTP/1.1 200 OK\n\n" + body)
    except FileNotFoundError:
        client.sendall(b"HTTP/1.1 404 Not Found\n\nno\n")
    client.close()
