# send, which need not send everything.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.a_big_file
# says: sendall

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

listener.settimeout(None)
while True:
    client, _ = listener.accept()
    reply = answer(client.recv(4096))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    client.setblocking(False)
    client.send(reply)
    client.close()
