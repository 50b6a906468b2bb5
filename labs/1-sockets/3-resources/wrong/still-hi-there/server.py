import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    path = request.split()[1]
    print(path)
    answer = "HTTP/1.1 200 OK\n\nHi there!\n"
    client.sendall(answer.encode())
    client.close()
