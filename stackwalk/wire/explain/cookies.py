"""Cookies: set, and sent back."""

from stackwalk.wire.explain.words import names_of, short
from stackwalk.wire.message import Exchange


def sets(exchange: Exchange) -> str | None:
    response = exchange.response
    cookies = () if response is None else response.head.every("set-cookie")
    if not cookies:
        return None
    return f"sets {'the cookie' if len(cookies) == 1 else 'cookies'} {names_of([_cookie(one) for one in cookies])}"


def _cookie(header: bytes) -> str:
    pair, *attributes = header.decode("latin-1").split(";")
    for_how_long = [one.strip() for one in attributes if one.strip().lower().startswith(("max-age", "expires"))]
    flags = [one.strip() for one in attributes if one.strip().lower() in ("httponly", "secure")]
    more = ", ".join([*flags, *(["lasting"] if for_how_long else [])])
    name = short(pair.partition("=")[0].strip())
    return f"{name} ({more})" if more else name


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
        words = {part.strip().lower().replace(b" ", b"") for part in header.split(b";")[1:]}
        if b"samesite=none" in words and b"secure" not in words:
            return f"SameSite=None without Secure: browsers drop the cookie {_cookie(header)}"
    return None
