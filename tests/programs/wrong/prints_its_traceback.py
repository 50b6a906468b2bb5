# The traceback quotes a line with a status in it.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: can't concat int to bytes
# unsaid: on your own screen

import socket
import traceback
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    client, address = s.accept()
    try:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n" + 1)
    except Exception:
        traceback.print_exc()
    client.close()
