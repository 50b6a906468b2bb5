# One thread, many clients: selectors.
# step: 1.3
# outcome: passed

import selectors
import socket

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

watched = selectors.DefaultSelector()
door = socket.create_server(("127.0.0.1", 8080), backlog=50)
door.setblocking(False)
watched.register(door, selectors.EVENT_READ)
waiting = {}
while True:
    for key, _ in watched.select():
        if key.fileobj is door:
            client, _ = door.accept()
            client.setblocking(False)
            watched.register(client, selectors.EVENT_READ)
        elif key.fileobj in waiting:
            rest = waiting[key.fileobj]
            rest = rest[key.fileobj.send(rest) :]
            waiting[key.fileobj] = rest
            if not rest:
                watched.unregister(key.fileobj)
                del waiting[key.fileobj]
                key.fileobj.close()
        else:
            waiting[key.fileobj] = answer(key.fileobj.recv(4096))
            watched.modify(key.fileobj, selectors.EVENT_WRITE)
