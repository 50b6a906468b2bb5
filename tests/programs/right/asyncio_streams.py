# asyncio's streams, on both families of localhost.
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

async def serve(reader, writer):
    writer.write(answer(await reader.readuntil(b"\r\n\r\n")))
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def main():
    async with await asyncio.start_server(serve, "localhost", 8080) as server:
        await server.serve_forever()


asyncio.run(main())
