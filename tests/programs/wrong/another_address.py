# 127.0.0.2 is no localhost.
# step: 1.1
# outcome: failed
# cause: wrong-address
# says: 127.0.0.2
# start: 1.5

import socket

listener = socket.create_server(("127.0.0.2", 8080))
while True:
    client, _ = listener.accept()
    print(client.recv(4096))
    client.close()
