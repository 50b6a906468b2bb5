# A client where a server belongs.
# step: 1.1
# outcome: failed
# cause: crashed
# says: connect
# says: bind

import socket

client = socket.socket()
client.connect(("127.0.0.1", 1))
print(client.recv(4096))
