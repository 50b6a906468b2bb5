"""The names of services, with their ports, as they stand in a file: put where each really is. Pure."""

import re
from collections.abc import Mapping

Address = tuple[str, int]


def with_addresses(text: str, services: Mapping[str, Address], port: int = 8000) -> str:
    """Replace NAME:port by the service's address, wherever it stands as a word of its own; lines stay lines.

    >>> with_addresses("server a application1:8000;", {"application1": ("127.0.0.1", 23001)})
    'server a 127.0.0.1:23001;'
    """
    if not services:
        return text
    names = "|".join(re.escape(name) for name in sorted(services, key=len, reverse=True))

    def address(match: re.Match[str]) -> str:
        host, number = services[match[1]]
        return f"{host}:{number}"

    return re.sub(rf"(?<![\w.-])({names}):{port}(?!\d)", address, text)
