"""What is odd about a head."""

import re
from collections.abc import Callable

from stackwalk.wire.body import LENGTH_DIGITS
from stackwalk.wire.explain.words import lengths_of, names_of, short, sides
from stackwalk.wire.message import Exchange, Head, Request, request_words, status_words


def of_heads(says: str, applies: Callable[[Head], bool]) -> Callable[[Exchange], str | None]:
    """A row about heads; `{}` in it is who sent such a one."""

    def find(exchange: Exchange) -> str | None:
        who = [side for side, said in sides(exchange) if applies(said.head)]
        return says.format(" and the ".join(who)) if who else None

    return find


def _lines(head: Head) -> list[bytes]:
    return head.raw.split(b"\n")[1:-1]  # behind the last line end is nothing, or the beginning of a line


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


def lengths_differ(exchange: Exchange) -> str | None:
    found = [(who, said, lengths_of(said.head)) for who, said in sides(exchange)]
    differ = [(who, said, each) for who, said, each in found if len(each) > 1]
    if not differ:
        return None
    says = " and ".join(f"the {who}'s Content-Lengths differ ({_listed(each)})" for who, _, each in differ)
    has_body = any(isinstance(said, Request) or said.ended_by != "none" for _, said, _ in differ)
    return f"{says}: nobody can know {'where the body ends' if has_body else 'which is true'}"


def has_length_twice(head: Head) -> bool:
    values = [part for value in head.every("content-length") for part in value.split(b",")]
    return len(values) > 1 and len(lengths_of(head)) == 1


def _listed(values: set[bytes]) -> str:
    return names_of(sorted({short(value) for value in values}))


def is_no_length(head: Head) -> bool:
    return any(not length.isdigit() for length in lengths_of(head))


def is_too_long(head: Head) -> bool:
    """Whether it is longer than programs can count."""
    return any(length.isdigit() and len(length) > LENGTH_DIGITS for length in lengths_of(head))


def is_chunked_1_0(head: Head) -> bool:
    words = status_words if head.first_line.startswith(b"HTTP/") else request_words
    return head.header("transfer-encoding") is not None and b"HTTP/1.0" in (words(head.first_line)[::2])


def host(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or request.version != "HTTP/1.1":
        return None
    hosts = len(request.head.every("host"))
    if hosts == 1:
        return None
    return "the request names no Host" if not hosts else f"the request names {hosts} Hosts"
