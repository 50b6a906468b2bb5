# len of the text, not of its bytes.
# step: 1.3
# outcome: failed
# cause: wrong-answer
# check: 1.3.letters_beyond_ascii
# says: bytes
# says: Content-Length

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    name = client.recv(4096).split()[1][1:].decode()
    try:
        text, status = open(name, encoding="utf-8").read(), "200 OK"
    except OSError:
        text, status = "no", "404 Not Found"
    client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
    client.close()
