# 1.1: reads until the client has closed.
# step: 1.1
# outcome: passed

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    data = b""
    client.settimeout(0.5)
    try:
        while more := client.recv(100):
            data += more
    except TimeoutError:
        pass
    print(data.decode())
    client.close()
