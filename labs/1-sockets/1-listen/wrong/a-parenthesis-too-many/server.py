import socket

listener = socket.socket()
listener.bind(("", 8080)))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096)
    print(request)
    client.close()
