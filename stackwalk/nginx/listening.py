"""What a `listen` names: an address, a port, a socket file."""

import ipaddress
import re
from functools import lru_cache
from typing import Literal, NamedTuple

DEFAULT_PORT = 80  # of a server without a `listen`, as root has it in the official image

Kind = Literal["any", "loopback", "any6", "loopback6", "elsewhere", "unix", "name", "range", "bad"]

_LISTEN = re.compile(r"(?:(?P<host>\[[^\]]*\]|[^:\[\]]+):)?(?P<port>[0-9]+)(?:-(?P<last>[0-9]+))?", re.ASCII)


class Listen(NamedTuple):
    """One address of a server, as typed."""

    kind: Kind
    port: int
    typed: str

    @property
    def shown(self) -> str:
        """As nginx shows it in its messages."""
        if self.kind == "any":
            return f"0.0.0.0:{self.port}"
        return f"[::]:{self.port}" if self.kind == "any6" else self.typed


@lru_cache(maxsize=1024)
def read_listen(typed: str) -> Listen:
    """The first word of a `listen`.

    >>> read_listen("[::]:8080").kind, read_listen("*:80").shown, read_listen("localhost").port
    ('any6', '0.0.0.0:80', 80)
    """
    if typed.lower().startswith("unix:"):
        return Listen("unix", 0, typed)
    found = _LISTEN.fullmatch(typed)
    if found is None:
        host = typed.strip("[]") if typed.startswith("[") and typed.endswith("]") else typed
        if "$" in typed or (not re.fullmatch(r"[A-Za-z0-9.*_-]+", host) and ":" not in host):
            return Listen("bad", 0, typed)
        if typed.count(":") == 1 and not typed.startswith("["):
            return Listen("bad", 0, typed)
        return Listen(_kind(host), DEFAULT_PORT, typed)
    port = int(found["port"][:9])
    if found["last"]:
        return Listen("range", port, typed)
    if not 1 <= port <= 65535:
        return Listen("bad", port, typed)
    return Listen(_kind((found["host"] or "*").strip("[]")), port, typed)


def _kind(host: str) -> Kind:
    if host in ("*", "0.0.0.0"):
        return "any"
    if host.lower() == "localhost":
        return "loopback"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "name"
    if address.version == 6:
        return "any6" if address.is_unspecified else "loopback6" if address.is_loopback else "elsewhere"
    return "loopback" if address.is_loopback else "elsewhere"
