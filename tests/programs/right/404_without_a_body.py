# A 404 without a body is a whole answer: its head ends.
# step: 1.3
# outcome: passed
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        answer = "HTTP/1.1 200 OK\n\n" + open(path[1:], encoding="utf-8").read()
    except FileNotFoundError:
        answer = "HTTP/1.1 404 Not Found\n\n"
    client.sendall(answer.encode())
    client.close()
