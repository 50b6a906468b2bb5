# asyncio with plain non-blocking sockets.
# step: 1.3
# outcome: passed

import asyncio
import socket

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

async def main():
    loop = asyncio.get_running_loop()
    door = socket.create_server(("", 8080))
    door.setblocking(False)
    while True:
        client, _ = await loop.sock_accept(door)
        await loop.sock_sendall(client, answer(await loop.sock_recv(client, 4096)))
        client.close()


asyncio.run(main())
