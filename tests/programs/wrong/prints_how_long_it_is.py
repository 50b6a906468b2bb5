# Reads without recv.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# unsaid: never reads
# says: printed nothing of it

import socket
listener = socket.create_server(("", 8080))
while True:
    client, address = listener.accept()
    line = client.makefile().readline()
    print("got", len(line), "letters")
    client.close()
