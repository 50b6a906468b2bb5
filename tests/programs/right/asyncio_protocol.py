# asyncio's protocols.
# step: 1.3
# outcome: passed

import asyncio

def answer(request):
    name = request.split()[1][1:].decode()
    try:
        with open(name, "rb") as file:
            return b"HTTP/1.1 200 OK\r\n\r\n" + file.read()
    except OSError:
        return b"HTTP/1.1 404 Not Found\r\n\r\nno such file\n"

class Serve(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(answer(data))
        self.transport.close()


async def main():
    server = await asyncio.get_running_loop().create_server(Serve, "127.0.0.1", 8080)
    await server.serve_forever()


asyncio.run(main())
