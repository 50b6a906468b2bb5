# A pool of threads.
# step: 1.3
# outcome: passed

from concurrent.futures import ThreadPoolExecutor
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

def serve(client):
    client.sendall(answer(client.recv(4096)))
    client.close()


with ThreadPoolExecutor(4) as pool:
    while True:
        pool.submit(serve, listener.accept()[0])
