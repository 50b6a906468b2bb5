# Accepts in the main thread.
# step: 1.2
# outcome: failed
# cause: exited
# unsaid: daemon=True
# says: exit status 0

import socket
import threading


def serve(client):
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
    client.close()


listener = socket.create_server(("", 8080))
for number in range(5):
    client, address = listener.accept()
    threading.Thread(target=serve, args=[client], daemon=True).start()
