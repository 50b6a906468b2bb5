# Every connection is reset.
# step: 1.2
# outcome: failed
# cause: reset
# says: reset

import socket
import struct

listener = socket.create_server(("", 8080))
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
