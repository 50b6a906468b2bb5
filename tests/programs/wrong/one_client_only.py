# No loop.
# step: 1.1
# outcome: failed
# cause: exited
# says: while True

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
client, _ = listener.accept()
print(client.recv(4096))
client.close()
