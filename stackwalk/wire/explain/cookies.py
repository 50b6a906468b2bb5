"""Cookies: set, and sent back."""

from stackwalk.wire.explain.words import Moment, moment_of, names_of, short, value_of
from stackwalk.wire.message import Exchange

LONG_AGO: Moment = (2011, 4, 1, 0, 0, 0)  # when RFC 6265 came out: over for sure, where no Date says what time it is


def sets(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or not (cookies := response.head.every("set-cookie")):
        return None
    now = moment_of(value_of(response.head, "date"))
    ended = [_name(one) for one in cookies if _is_ended(one, now or LONG_AGO)]
    kept = [_cookie(one, is_dated=now is not None) for one in cookies if not _is_ended(one, now or LONG_AGO)]
    said = [f"{what} {_the(names)}" for what, names in (("sets", kept), ("deletes", ended)) if names]
    return ", ".join(said)


def _the(names: list[str]) -> str:
    return f"{'the cookie' if len(names) == 1 else 'cookies'} {names_of(names)}"


def _name(header: bytes) -> str:
    return short(header.partition(b";")[0].partition(b"=")[0].strip())


def _attributes(header: bytes) -> dict[str, str]:
    """What follows the pair; of one that is there twice the last counts (RFC 6265 5.3)."""
    parts = (part.partition("=") for part in header.decode("latin-1").split(";")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in parts}


def _is_ended(header: bytes, now: Moment) -> bool:
    """Whether the browser is to delete it: Max-Age goes before Expires (RFC 6265 5.3)."""
    attributes = _attributes(header)
    age = _age(attributes)
    if age is not None:
        return age.startswith("-") or not age.strip("0")
    expires = moment_of(attributes.get("expires"))
    return expires is not None and expires <= now


def _age(attributes: dict[str, str]) -> str | None:
    """Max-Age, where it is a number (RFC 6265 5.2.2)."""
    age = attributes.get("max-age", "")
    digits = age.removeprefix("-")
    return age if digits.isascii() and digits.isdigit() else None


def _cookie(header: bytes, *, is_dated: bool) -> str:
    """Its name and flags; `is_dated`: what time it is, is known, and it has not ended."""
    attributes = _attributes(header)
    flags = [name for key, name in (("httponly", "HttpOnly"), ("secure", "Secure")) if key in attributes]
    expires = attributes.get("expires")
    if _age(attributes) is not None or (is_dated and moment_of(expires) is not None):
        flags.append("lasting")
    elif expires:
        flags.append(f"until {short(expires)}")
    return f"{_name(header)} ({', '.join(flags)})" if flags else _name(header)


def sends_back(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None:
        return None
    pairs = [part for header in request.head.every("cookie") for part in header.decode("latin-1").split(";")]
    names = [short(part.partition("=")[0].strip()) for part in pairs if part.strip()]
    return f"sends back {'the cookie' if len(names) == 1 else 'cookies'} {names_of(names)}" if names else None


def lost_cookie(exchange: Exchange) -> str | None:
    response = exchange.response
    for header in () if response is None else response.head.every("set-cookie"):
        attributes = _attributes(header)
        if attributes.get("samesite", "").lower() == "none" and "secure" not in attributes:
            return f"SameSite=None without Secure: browsers drop the cookie {_name(header)}"
    return None
