# Only the third client gets nonsense.
# step: 1.2
# outcome: failed
# cause: wrong-answer

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
count = 0
while True:
    client, _ = listener.accept()
    client.recv(4096)
    count += 1
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!" if count % 3 else b"nonsense")
    client.close()
