"""What is odd about a head."""

import re
from collections.abc import Callable

from stackwalk.wire.explain.words import names_of, short, sides
from stackwalk.wire.message import Exchange, Head


def of_heads(says: str, applies: Callable[[Head], bool]) -> Callable[[Exchange], str | None]:
    """A row about heads; `{}` in it is who sent such a one."""

    def find(exchange: Exchange) -> str | None:
        who = [side for side, said in sides(exchange) if applies(said.head)]
        return says.format(" and the ".join(who)) if who else None

    return find


def _lines(head: Head) -> list[bytes]:
    return head.raw.split(b"\n")[1:]


def has_bare_newline(head: Head) -> bool:
    return re.search(rb"(?<!\r)\n", head.raw) is not None


def is_folded(head: Head) -> bool:
    return any(line[:1] in (b" ", b"\t") and line.strip() for line in _lines(head))


def has_space_before_colon(head: Head) -> bool:
    return any(re.match(rb"[^\s:][^:]*[ \t]:", line) for line in _lines(head))


def has_line_without_colon(head: Head) -> bool:
    return any(line.strip() and b":" not in line and line[:1] not in (b" ", b"\t") for line in _lines(head))


def has_both_lengths(head: Head) -> bool:
    return head.header("transfer-encoding") is not None and head.header("content-length") is not None


def lengths(head: Head) -> set[bytes]:
    return {part.strip() for value in head.every("content-length") for part in value.split(b",")}


def lengths_differ(exchange: Exchange) -> str | None:
    found = [(who, lengths(said.head)) for who, said in sides(exchange)]
    differ = [f"the {who}'s Content-Lengths differ ({_listed(each)})" for who, each in found if len(each) > 1]
    return f"{' and '.join(differ)}: nobody can know where the body ends" if differ else None


def has_length_twice(head: Head) -> bool:
    values = [part for value in head.every("content-length") for part in value.split(b",")]
    return len(values) > 1 and len(lengths(head)) == 1


def _listed(values: set[bytes]) -> str:
    return names_of([short(value) for value in sorted(values)])


def is_no_length(head: Head) -> bool:
    return any(not length.isdigit() for length in lengths(head))


def is_chunked_1_0(head: Head) -> bool:
    return head.header("transfer-encoding") is not None and b"HTTP/1.0" in head.first_line


def host(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or request.version != "HTTP/1.1":
        return None
    hosts = len(request.head.every("host"))
    if hosts == 1:
        return None
    return "the request names no Host" if not hosts else f"the request names {hosts} Hosts"
