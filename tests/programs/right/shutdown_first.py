# Says that it has finished, then waits for the client to go.
# step: 1.2
# outcome: passed

import socket

listener = socket.create_server(("", 8080))
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\nHi there!")
    client.shutdown(socket.SHUT_WR)
    client.settimeout(0.3)
    try:
        while client.recv(4096):
            pass
    except TimeoutError:
        pass
    client.close()
