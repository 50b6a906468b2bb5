# Waits for the next one, and not for more of a request.
# step: 1.2
# outcome: failed
# cause: silent
# wait: 0.7
# unsaid: Call recv once

import socket
listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

def next_client():
    client, address = listener.accept()
    return client

while True:
    client = next_client()
    request = client.recv(4096)
    answer = b"HTTP/1.1 200 OK\n\nHi there!\n"
