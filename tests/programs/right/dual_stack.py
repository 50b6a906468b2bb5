# On both families with one socket.
# step: 1.3
# outcome: passed

import socket

listener = socket.create_server(("", 8080), family=socket.AF_INET6, dualstack_ipv6=True)

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

while True:
    client, _ = listener.accept()
    client.sendall(answer(client.recv(4096)))
    client.close()
