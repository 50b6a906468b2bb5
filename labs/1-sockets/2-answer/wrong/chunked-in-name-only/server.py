import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096)
    print(request)
    client.sendall(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nHi there!\n")
    client.close()
