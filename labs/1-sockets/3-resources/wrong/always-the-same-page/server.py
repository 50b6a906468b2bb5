import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    path = request.split()[1]
    print(path)
    try:
        with open("index.html", encoding="utf-8") as file:
            answer = "HTTP/1.1 200 OK\n\n" + file.read()
    except FileNotFoundError:
        answer = "HTTP/1.1 404 Not Found\n\nThere is nothing at " + path + "\n"
    client.sendall(answer.encode())
    client.close()
