import socket

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
}

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    path = request.split()[1]
    print(path)
    try:
        with open(path[1:], encoding="utf-8") as file:
            status, body = "200 OK", file.read()
        label = TYPES.get(path.split(".")[-1], "application/octet-stream")
    except FileNotFoundError:
        status, body = "404 Not Found", "There is nothing at " + path + "\n"
        label = TYPES["txt"]
    body = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {label}Content-Length: {len(body)}\r\n\r\n"
    client.sendall(head.encode() + body)
    client.close()
