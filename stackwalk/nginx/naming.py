"""Which program a `host:port` of a learner's file means."""

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from stackwalk.nginx.setting import Address, Service, Setting

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/?#\[\]\s$]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
# A port below 1024 that no program listens on, so that a connection to it is refused at once.
_NOWHERE = (1, 2, 3, 4, 5, 6)

Kind = Literal["service", "wrong port", "not running", "itself", "ours", "address", "unknown"]


class Upstream(NamedTuple):
    """What was typed, and where it is. Without addresses nothing can be said about it."""

    kind: Kind
    typed: str  # "application:8000", with a port even where none was typed and the default is another
    addresses: tuple[Address, ...] = ()


def read_authority(text: str, default_port: int) -> tuple[str, int] | None:
    """The host and the port of `host[:port]`; None where it is none, or the port is out of range.

    >>> read_authority("application:8000", 80), read_authority("[::1]", 80)
    (('application', 8000), ('[::1]', 80))
    """
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else default_port
    return (found["host"], port) if 1 <= port <= 65535 else None


def upstream_of(host: str, port: int, setting: Setting) -> Upstream:
    """Which program it means in Compose, where every service has a machine of its own."""
    typed = f"{host}:{port}"
    service = setting.services.get(host.lower())
    if service is not None:
        if port != service.port:
            return Upstream("wrong port", typed, (nowhere(port),))
        if not service.addresses:
            return Upstream("not running", typed, (nowhere(port),))
        return Upstream("service", typed, service.addresses)
    plain = host.strip("[]")
    if _is_ours((plain, port), setting.services):
        return Upstream("ours", typed, ((plain, port),))
    if host.lower() == "localhost" or _is_loopback(plain):
        if port in setting.ports.values():
            return Upstream("ours", typed, ((plain, port),))
        real = setting.ports.get(port)
        return Upstream("itself", typed, (("127.0.0.1", real) if real else nowhere(port),))
    if _address(plain) is not None:
        return Upstream("address", typed)
    return Upstream("unknown", typed)


def nowhere(port: int) -> Address:
    """Where nobody listens."""
    return ("127.0.0.1", _NOWHERE[port % len(_NOWHERE)])


def is_nowhere(address: Address) -> bool:
    return address[0] == "127.0.0.1" and address[1] in _NOWHERE


def nearest(name: str, known: Collection[str], close: float = 0.6) -> str | None:
    """The known name that was most likely meant: one that begins so, else one that is spelt much like it.

    close: how alike the two are at least, from 0 to 1.

    >>> nearest("app", ["api", "application", "application1"]), nearest("application3", ["application", "application1"])
    ('application', 'application1')
    """
    name = name[:100].lower()
    longer = sorted((each for each in known if len(name) >= 3 and each.lower().startswith(name)), key=len)
    numbered = re.fullmatch(r"(.{3,}?)\d+", name)
    alike = sorted(each for each in known if numbered and re.fullmatch(rf"{re.escape(numbered[1])}\d+", each.lower()))
    if longer or alike:
        return longer[0] if longer else alike[-1]
    import difflib  # only where a name is not known

    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=close)
    # "apps" and "application" share few letters of the longer one, and yet it is clear.
    begins_alike = sorted((each for each in known if each[:3] == name[:3] and len(name) >= 3), key=len)
    return found[0] if found else begins_alike[0] if begins_alike else None


def listed(names: Collection[str]) -> str:
    """Names in their order, as a sentence has them.

    >>> listed(["b", "a", "c"])
    'a, b and c'
    """
    return joined(sorted(names))


def joined(words: Sequence[str]) -> str:
    """Words as a sentence has them."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _is_ours(address: Address, services: Mapping[str, Service]) -> bool:
    return is_nowhere(address) or any(address in service.addresses for service in services.values())


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
