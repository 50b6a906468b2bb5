# A socket for each family, and select.
# step: 1.3
# outcome: passed

import select
import socket

doors = [
    socket.create_server(("::1", 8080), family=socket.AF_INET6),
    socket.create_server(("127.0.0.1", 8080)),
]

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

while True:
    for door in select.select(doors, [], [])[0]:
        client, _ = door.accept()
        client.sendall(answer(client.recv(4096)))
        client.close()
