# Three hundred threads (bounded), and right.
# step: 1.2
# outcome: passed

import threading
import time
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
for _ in range(300):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!")
    client.close()
