# step: 1.2
# outcome: failed
# cause: crashed
# says: encode without parentheses only names it

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    print(client.recv(4096))
    answer = "HTTP/1.1 200 OK\n\nHi there!"
    client.sendall(answer.encode)
    client.close()
