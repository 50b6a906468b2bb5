# Ends with its loop, and not by the exit in it.
# step: 1.2
# outcome: failed
# cause: exited
# unsaid: exit()
# says: exit status 0

import socket
import sys
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
try:
    for number in range(5):
        client, address = listener.accept()
        print(client.recv(4096))
        client.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n")
        client.close()
except KeyboardInterrupt:
    print("bye")
    sys.exit(0)
