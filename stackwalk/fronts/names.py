"""The names of services, with their ports, as they stand in a file: put where each really is, and back. Pure."""

import re
from collections.abc import Mapping

Addresses = Mapping[str, str]  # as typed ("application1:8000") -> where it is ("127.0.0.1:23001")

_COMMENT = re.compile(r"(?m)(^|(?<=\s))#.*$")
_PEER = re.compile(r"(?<![\w.:-])([A-Za-z][\w-]*):([0-9]{1,5})(?![\w.:])")


def with_addresses(text: str, addresses: Addresses) -> str:
    """Replace NAME:PORT by the service's address, wherever it stands as a word of its own; lines stay lines.

    >>> with_addresses("server a application1:8000;", {"application1:8000": "127.0.0.1:23001"})
    'server a 127.0.0.1:23001;'
    """
    return _replaced(text, addresses, r"(?<![\w.-])")


def with_names(text: str, addresses: Addresses, ports: Mapping[int, int]) -> str:
    """The way back, for what a program says of its moved file. ports: each door, as typed -> as it is.

    >>> with_names("no 127.0.0.1:23001", {"application1:8000": "127.0.0.1:23001"}, {})
    'no application1:8000'
    """
    doors = {f"127.0.0.1:{real}": f":{typed}" for typed, real in ports.items()}
    return _replaced(text, {**doors, **{address: typed for typed, address in addresses.items()}}, r"(?<![\w.-])")


def named(text: str, addresses: Addresses) -> tuple[str, ...]:
    """The services that a file speaks to ("application1:8000"), in their order in it; comments do not count."""
    found = [f"{name.lower()}:{port}" for _, name, port in _peers(text)]
    return tuple(dict.fromkeys(one for one in found if one in addresses))


def strangers(text: str, addresses: Addresses, asks: re.Pattern[str]) -> tuple[tuple[int, str, str], ...]:
    """Line, name and port of each that is spoken to and is no service. asks: what a line that names one holds."""
    lines = text.split("\n")
    return tuple(
        (number, name, port)
        for number, name, port in _peers(text)
        if asks.search(lines[number - 1]) and name != "localhost" and f"{name}:{port}" not in addresses
    )


def _peers(text: str) -> list[tuple[int, str, str]]:
    return [
        (number, found[1], found[2])
        for number, line in enumerate(_COMMENT.sub("", text).split("\n"), 1)
        for found in _PEER.finditer(line.replace("//", "  "))
    ]


def _replaced(text: str, words: Mapping[str, str], before: str) -> str:
    if not words:
        return text
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"{before}({wanted})(?!\d)", lambda found: words[found[1]], text)
