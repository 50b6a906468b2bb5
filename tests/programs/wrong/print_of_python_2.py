# Nothing is missing but parentheses.
# step: 1.1
# outcome: failed
# cause: crashed
# says: Did you mean print(...)? So it was written in Python 2
# unsaid: colon

import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    request = client.recv(4096)
    print request
    client.close()
