# Says each length, and keeps the connection for more.
# step: 1.3
# outcome: passed

import socket
import threading

listener = socket.create_server(("", 8080))


def serve(client):
    with client:
        while request := client.recv(4096):
            try:
                data, status = open(request.split()[1][1:], "rb").read(), "200 OK"
            except OSError:
                data, status = b"", "404 Not Found"
            client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)


while True:
    threading.Thread(target=serve, args=(listener.accept()[0],)).start()
