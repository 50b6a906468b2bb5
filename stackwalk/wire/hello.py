"""The first record of a TLS connection: whom it is for, and what is to be spoken in it. Pure."""

from dataclasses import dataclass

CLIENT_HELLO = 1
SERVER_NAME, PROTOCOLS = 0, 16  # extensions (RFC 6066 3, RFC 7301 3.1)
RECORD_HEAD = 5  # bytes


@dataclass(frozen=True, slots=True)
class Hello:
    """A ClientHello (RFC 8446 4.1.2)."""

    server_name: str = ""  # "": it names none
    protocols: tuple[str, ...] = ()  # ALPN: "h2", "http/1.1"


def read_hello(record: bytes) -> Hello | None:
    """The ClientHello in a record; None: there is none. One that goes on in another record is read as far as it came.

    >>> read_hello(b"GET / HTTP/1.1") is None
    True
    """
    if record[:1] != b"\x16" or record[RECORD_HEAD : RECORD_HEAD + 1] != bytes([CLIENT_HELLO]):
        return None
    body = record[RECORD_HEAD + 4 :]
    rest = body[2 + 32 :]  # version and random
    for size in (1, 2, 1):  # session, cipher suites, compressions
        _, rest = _vector(rest, size)
    extensions, _ = _vector(rest, 2)
    server_name, protocols = "", []
    while len(extensions) >= 4:
        kind = int.from_bytes(extensions[:2], "big")
        data, extensions = _vector(extensions[2:], 2)
        if kind == SERVER_NAME:
            name, _ = _vector(_vector(data, 2)[0][1:], 2)
            server_name = name.decode("latin-1")
        elif kind == PROTOCOLS:
            names, _ = _vector(data, 2)
            while names:
                name, names = _vector(names, 1)
                protocols.append(name.decode("latin-1"))
    return Hello(server_name, tuple(protocols))


def _vector(data: bytes, size: int) -> tuple[bytes, bytes]:
    """What has its length before it, in `size` bytes; and what follows."""
    length = int.from_bytes(data[:size], "big")
    return data[size : size + length], data[size + length :]
