# Reads without recv.
# step: 1.1
# outcome: failed
# cause: wrong-answer
# unsaid: never reads
# says: printed nothing of it

import asyncio


async def handle(reader, writer):
    data = await reader.read(4096)
    print("from", writer.get_extra_info("peername"))
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 8080)
    async with server:
        await server.serve_forever()

asyncio.run(main())
