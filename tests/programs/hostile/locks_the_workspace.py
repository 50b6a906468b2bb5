# Takes every right away from the folder that it runs in.
# step: 1.3
# outcome: failed
# cause: wrong-answer

import os

for name in os.listdir():
    os.chmod(name, 0)
os.chmod(".", 0)
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 404 Not Found\n\n")
    client.close()
