# A megabyte of its own thoughts.
# step: 1.3
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

for number in range(10_000):
    print(number, "x" * 100)
while True:
    client, _ = listener.accept()
    request = client.recv(4096)
    print(request * 100)
    client.sendall(answer(request))
    client.close()
