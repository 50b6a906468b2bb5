# A worker that is spawned, and a guarded main.
# step: 1.3
# outcome: passed

import multiprocessing
import socket

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

def work():
    listener = socket.create_server(("127.0.0.1", 8080))
    while True:
        client, _ = listener.accept()
        client.sendall(answer(client.recv(4096)))
        client.close()


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    worker = multiprocessing.Process(target=work)
    worker.start()
    worker.join()
