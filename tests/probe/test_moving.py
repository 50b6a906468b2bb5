"""The typed port becomes the free one that we chose, however a program binds it, and the program can't tell."""

import errno
import socket
from pathlib import Path

import pytest
from riding import ride

from stackwalk.stack.environment import free_port
from stackwalk.stack.reports import Bound

# What the kernel has, read without the socket module, which the probe has changed.
KERNEL = """
def kernel():
    import os
    inodes = set()
    for name in os.listdir("/proc/self/fd"):
        try: target = os.readlink("/proc/self/fd/" + name)
        except OSError: continue
        if target.startswith("socket:["): inodes.add(target[8:-1])
    found = []
    for version in ("", "6"):
        for line in open("/proc/net/tcp" + version).read().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] == "0A":
                found.append((version or "4", int(fields[1].split(":")[1], 16)))
    return sorted(found)
"""

WAYS = {
    "bind to no address": 's = socket.socket(); s.bind(("", 8080)); s.listen()',
    "bind to 127.0.0.1": 's = socket.socket(); s.bind(("127.0.0.1", 8080)); s.listen()',
    "bind to 0.0.0.0": 's = socket.socket(); s.bind(("0.0.0.0", 8080)); s.listen()',
    "bind to localhost": 's = socket.socket(); s.bind(("localhost", 8080)); s.listen()',
    "bind to <any>": 's = socket.socket(); s.bind((socket.INADDR_ANY and "" or "", 8080)); s.listen(5)',
    "bind with SO_REUSEADDR": (
        's = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\ns.bind(("", 8080)); s.listen()'
    ),
    "bind with SO_REUSEPORT": (
        's = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\ns.bind(("", 8080)); s.listen()'
    ),
    "from socket import *": 'from socket import *\ns = socket(AF_INET, SOCK_STREAM); s.bind(("", 8080)); s.listen()',
    "a class of its own": (
        "class Door(socket.socket):\n    def bind(self, address): super().bind(address)\n"
        's = Door(); s.bind(("", 8080)); s.listen()'
    ),
    "the class's method": 's = socket.socket(); socket.socket.bind(s, ("", 8080)); socket.socket.listen(s)',
    "a bound method kept": 's = socket.socket(); b = s.bind; b(("", 8080)); s.listen()',
    "a port of an enum": (
        "import enum\nPort = enum.IntEnum('Port', {'P': 8080})\ns = socket.socket(); s.bind(('', Port.P)); s.listen()"
    ),
    "create_server": 's = socket.create_server(("127.0.0.1", 8080))',
    "create_server with reuse_port": 's = socket.create_server(("", 8080), reuse_port=True)',
    "dup": 's = socket.socket(); s.bind(("", 8080)); t = s.dup(); s.close(); t.listen(); s = t',
    "fromfd": (
        's = socket.socket(); s.bind(("", 8080))\nt = socket.fromfd(s.fileno(), s.family, s.type); s.close()\n'
        "t.listen(); s = t"
    ),
    "a number of a file": (
        "s = socket.socket(); t = socket.socket(fileno=s.detach()); t.bind(('', 8080)); t.listen(); s = t"
    ),
    "socketserver": (
        "import socketserver\nserver = socketserver.TCPServer(('', 8080), socketserver.BaseRequestHandler)\n"
        "s = server.socket; assert server.server_address[1] == 8080, server.server_address"
    ),
    "socketserver with threads": (
        "import socketserver\nserver = socketserver.ThreadingTCPServer(('localhost', 8080), None); s = server.socket"
    ),
    "http.server": (
        "import http.server\nserver = http.server.HTTPServer(('', 8080), http.server.SimpleHTTPRequestHandler)\n"
        "s = server.socket; assert server.server_port == 8080, server.server_port"
    ),
    "wsgiref": (
        "import wsgiref.simple_server\nserver = wsgiref.simple_server.make_server('', 8080, None)\n"
        "s = server.socket; assert server.base_environ['SERVER_PORT'] == '8080'"
    ),
    "asyncio": (
        "import asyncio\nasync def main():\n"
        "    server = await asyncio.start_server(print, '127.0.0.1', 8080)\n"
        "    return server, server.sockets[0]\n"
        "loop = asyncio.new_event_loop()\nserver, s = loop.run_until_complete(main())"
    ),
    "in a thread": (
        "import threading\ns = socket.socket()\n"
        "t = threading.Thread(target=lambda: (s.bind(('', 8080)), s.listen())); t.start(); t.join()"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_bind_is_moved_and_looks_as_typed(tmp_path: Path, way: str) -> None:
    real = free_port()
    source = f"import socket\n{KERNEL}{WAYS[way]}\nprint(kernel(), s.getsockname()[1])\n"
    found = ride(tmp_path, source, {8080: real})
    assert found.out == f"[('4', {real})] 8080\n"
    assert [(bound.port, bound.listened, bound.error) for bound in found.bound] == [(8080, True, None)]


SIXES = {
    "bind to ::1": 's = socket.socket(socket.AF_INET6); s.bind(("::1", 8080)); s.listen()',
    "bind to ::": 's = socket.socket(socket.AF_INET6); s.bind(("::", 8080)); s.listen()',
    "bind to no address": 's = socket.socket(socket.AF_INET6); s.bind(("", 8080, 0, 0)); s.listen()',
    "dual stack": 's = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True)',
}


@pytest.mark.parametrize("way", SIXES)
def test_ipv6_is_moved_too(tmp_path: Path, way: str) -> None:
    real = free_port()
    found = ride(tmp_path, f"import socket\n{KERNEL}{SIXES[way]}\nprint(kernel(), s.getsockname()[:2])\n", {8080: real})
    assert found.out == f"[('6', {real})] ('::1', 8080)\n"


def test_asyncio_on_every_address_is_moved_on_both(tmp_path: Path) -> None:
    real = free_port()
    source = (
        f"import asyncio\n{KERNEL}async def main():\n    server = await asyncio.start_server(print, None, 8080)\n"
        "    print(kernel(), {each.getsockname()[1] for each in server.sockets})\nasyncio.run(main())"
    )
    assert ride(tmp_path, source, {8080: real}).out == f"[('4', {real}), ('6', {real})] {{8080}}\n"


def test_several_ports_move_and_others_stay(tmp_path: Path) -> None:
    first, second, other = free_port(), free_port(), free_port()
    source = (
        f"import socket\n{KERNEL}kept = [socket.create_server(('', port)) for port in (8080, 5000, {other})]\n"
        "print(kernel() == sorted(kernel()), [each.getsockname()[1] for each in kept], [port for _, port in kernel()])"
    )
    ports = sorted([first, second, other])
    assert ride(tmp_path, source, {8080: first, 5000: second}).out == f"True [8080, 5000, {other}] {ports}\n"


def test_port_0_is_still_any_port(tmp_path: Path) -> None:
    found = ride(
        tmp_path, "import socket\ns = socket.create_server(('', 0)); print(s.getsockname()[1])", {8080: free_port()}
    )
    port = int(found.out)
    assert port not in (0, 8080)
    assert found.bound == (Bound("", port, True),)


def test_udp_is_moved(tmp_path: Path) -> None:
    real = free_port()
    source = (
        "import socket\ns = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 8080)); print(s.getsockname())\n"
        f"t = socket.socket(type=socket.SOCK_DGRAM); t.sendto(b'hi', ('127.0.0.1', {real})); print(s.recv(9))"
    )
    assert ride(tmp_path, source, {8080: real}).out == "('127.0.0.1', 8080)\nb'hi'\n"


def test_a_child_of_another_python_is_moved(tmp_path: Path) -> None:
    real = free_port()
    source = (
        "import multiprocessing, socket\n" + KERNEL + "def work():\n    s = socket.create_server(('', 8080))\n"
        "    print(kernel(), s.getsockname()[1], flush=True)\n"
        "if __name__ == '__main__':\n    multiprocessing.get_context('spawn').Process(target=work).start()"
    )
    assert ride(tmp_path, source, {8080: real}).out == f"[('4', {real})] 8080\n"


def test_a_client_of_the_typed_port_is_not_moved(tmp_path: Path) -> None:
    """A program that connects speaks to the door, as by hand."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        found = ride(
            tmp_path,
            f"import socket\ns = socket.create_connection(('127.0.0.1', {port})); print(s.getpeername()[1])",
            {port: free_port()},
        )
        assert found.out == f"{port}\n"


WRONG = {
    "no pair": "s.bind('', 8080)",
    "a string": "s.bind('localhost:8080')",
    "a port as text": "s.bind(('', '8080'))",
    "a list": "s.bind(['', 8080])",
    "one of three": "s.bind(('', 8080, 0))",
    "no such port": "s.bind(('', 99999))",
    "a negative port": "s.bind(('', -1))",
    "None": "s.bind((None, 8080))",
    "nothing": "s.bind()",
    "a word": "s.bind(address=('', 8080))",
    "no such address": "s.bind(('192.0.2.1', 8080))",
    "no such name": "s.bind(('no-such-host.invalid', 8080))",
    "bytes": "s.bind((b'127.0.0.1', 8080)); print(s.getsockname()[0])",
    "twice": "s.bind(('', 0)); s.bind(('', 0))",
    "a float": "s.bind(('', 8080.0))",
    "an empty tuple": "s.bind(())",
    "a closed one": "s.close(); s.bind(('', 8080))",
    "listen with text": "s.bind(('', 0)); s.listen('5')",
    "a path": (
        "s = socket.socket(socket.AF_UNIX); s.bind('door'); s.listen(); print(s.getsockname())\n"
        "import os; os.remove('door')"
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_bind_fails_as_by_hand(tmp_path: Path, mistake: str) -> None:
    """The same words and the same exit; only the frames of the probe are more, and what is shown is without them."""
    port = free_port()  # so that the run by hand needs no port that may be taken here
    source = f"import socket\ns = socket.socket()\n{WRONG[mistake]}\n".replace("8080", str(port))
    ridden = ride(tmp_path, source, {port: free_port()})
    by_hand = ride(tmp_path, source, probe=False)
    assert (ridden.code, ridden.out.splitlines()[-1:]) == (by_hand.code, by_hand.out.splitlines()[-1:])


def test_a_taken_port_fails_as_by_hand_and_is_reported(tmp_path: Path) -> None:
    real = free_port()
    source = "import socket\na = socket.create_server(('', 8080)); b = socket.socket(); b.bind(('', 8080))"
    found = ride(tmp_path, source, {8080: real})
    assert found.code == 1
    assert found.out.endswith("OSError: [Errno 98] Address already in use\n")
    assert found.bound == (Bound("", 8080, True, errno.EADDRINUSE),)


def test_the_class_is_the_same_class(tmp_path: Path) -> None:
    source = (
        "import socket, _socket, pickle, inspect\n"
        "print(socket.socket.__mro__ == (socket.socket, _socket.socket, object), socket.SocketType is _socket.socket)\n"
        "print(socket.socket.bind.__name__, socket.socket.bind.__qualname__)\n"
        "print(repr(socket.__loader__).split()[0], socket.__spec__.loader is socket.__loader__)\n"
        "print(inspect.getsource(socket)[:3] != '')\n"
    )
    assert ride(tmp_path, source, {8080: free_port()}).out == ride(tmp_path, source, probe=False).out
