"""What a person types for an address: a port, a host with a port, a URL. Pure."""

import re

from stackwalk.errors import StackwalkError

LAST_PORT = 65535
HTTP_PORT = 80
TRY = "Say it like this: localhost:8080"
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?")


def read_address(text: str) -> tuple[str, int]:
    """Return host and port of `localhost:8080`, `:8080`, `8080`, `[::1]:8080`, `http://localhost:8080/path`.

    A path is left out, and so is a user's name.

    Without a host it is localhost; a URL without a port has 80 (RFC 9110 4.2.1). StackwalkError for anything else.

    >>> read_address(":8080"), read_address("http://[::1]:8000/a?b")
    (('localhost', 8080), ('::1', 8000))
    """
    words = text.strip()
    scheme, found, rest = words.partition("://")
    if found:
        _check_scheme(scheme)
        words = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    else:
        words = re.split(r"[/?#]", words, maxsplit=1)[0].rpartition("@")[2]
    if found and not words:
        raise _not_an_address(text)
    host, port = _split(words, text)
    if not port and found:
        return _host(host, text), HTTP_PORT
    if not port:
        raise StackwalkError(f"{text} has no port.", f"{TRY}")
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= LAST_PORT):
        raise StackwalkError(f"{port} is not a port: those are numbers from 1 to {LAST_PORT}.", TRY)
    return _host(host, text), int(port)


def write_address(host: str, port: int) -> str:
    """Return an address as a URL has it: an IPv6 address in brackets (RFC 3986 3.2.2).

    >>> write_address("::1", 8080)
    '[::1]:8080'
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _check_scheme(scheme: str) -> None:
    known = scheme.lower()
    if known in ("https", "wss"):
        raise StackwalkError(
            f"{known} is encrypted: between the two ends there is nothing to read.",
            "Trace the server behind it, where it speaks plain http.",
        )
    if known not in ("http", "ws"):
        raise StackwalkError(f"{scheme}:// is not a kind of address that can be traced: that is http.", TRY)


def _split(words: str, text: str) -> tuple[str, str]:
    if words.isascii() and words.isdigit():
        return "", words
    if words.startswith("["):
        host, closed, rest = words[1:].partition("]")
        if not closed or ":" not in host or (rest and not rest.startswith(":")):
            raise _not_an_address(text)
        return host, rest[1:]
    if words.count(":") > 1:
        raise StackwalkError(f"{text} could be read in two ways.", "Put an IPv6 address in brackets: [::1]:8080")
    host, _, port = words.partition(":")
    return host, port


def _host(host: str, text: str) -> str:
    import ipaddress

    if not host:
        return "localhost"
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise _not_an_address(text) from None
    if len(host) > 253 or not NAME.fullmatch(host):
        raise _not_an_address(text)
    return host


def _not_an_address(text: str) -> StackwalkError:
    return StackwalkError(f"{text} is not an address.", TRY)
