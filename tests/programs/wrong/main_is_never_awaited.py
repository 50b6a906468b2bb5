# Makes a coroutine, and nobody runs it.
# step: 1.2
# outcome: failed
# cause: exited
# says: asyncio.run(main())

import asyncio
async def h(r, w):
    await r.read(4096); w.write(b"HTTP/1.1 200 OK\n\nHi there!\n"); w.close()
async def main():
    s = await asyncio.start_server(h, "", 8080)
    await s.serve_forever()
main()
