# Its minus is a dash.
# step: 1.1
# outcome: failed
# cause: crashed
# says: invalid character '–' (U+2013). It looks like
# unsaid: colon

import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096 – 1)
    print(request)
    client.close()
