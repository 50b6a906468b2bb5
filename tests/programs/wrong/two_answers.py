# Two answers to one request.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# says: second answer

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHi there!" * 2)
    client.close()
