# The name of the exception is misspelt: Python says so itself, and advice to catch it would be none.
# step: 1.3
# outcome: failed
# cause: crashed
# says: NameError: name 'FileNotFound' is not defined
# says: Did you mean: 'FileNotFoundError'?
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, address = listener.accept()
    path = client.recv(4096).decode().split()[1]
    try:
        answer = "HTTP/1.1 200 OK\n\n" + open(path[1:], encoding="utf-8").read()
    except FileNotFound:
        answer = "HTTP/1.1 404 Not Found\n\nno\n"
    client.sendall(answer.encode())
    client.close()
