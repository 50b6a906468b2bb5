"""What an answer tells the client to do, and to keep."""

import re
from collections.abc import Callable

from stackwalk.wire.explain.words import short, value_of
from stackwalk.wire.message import Exchange


def redirect(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.status not in (301, 302, 303, 307, 308):
        return None
    there = value_of(response.head, "location")
    if not there:
        return None
    how = {303: ", with GET", 307: ", with the same method and body", 308: ", with the same method and body"}
    lasting = " from now on" if response.status in (301, 308) else ""
    return f"the client is to go to {there}{lasting}{how.get(response.status, '')}"


def nowhere(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.status not in (301, 302, 303, 307, 308) or value_of(response.head, "location"):
        return None
    return f"a {response.status} sends the client elsewhere, and no Location says where"


def missing(status: int, header: str, says: str) -> Callable[[Exchange], str | None]:
    def find(exchange: Exchange) -> str | None:
        response = exchange.response
        if response is None or response.status != status or response.head.header(header) is not None:
            return None
        return says

    return find


def not_modified(exchange: Exchange) -> str | None:
    if exchange.response is None or exchange.response.status != 304:
        return None
    return "nothing was sent: the copy that the client has is still good"


def validators(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    if request is not None and response is not None and response.status != 304:
        for name in ("if-none-match", "if-modified-since"):
            value = value_of(request.head, name)
            if value and response.status is not None and response.status < 300:
                return f"the client's copy ({value}) is out of date: here is a new one"
    if response is None:
        return None
    tag = value_of(response.head, "etag")
    return f"ETag {tag} names this version: the client can ask later whether it is still good" if tag else None


def caching(exchange: Exchange) -> str | None:
    response = exchange.response
    value = None if response is None else value_of(response.head, "cache-control")
    if not value:
        return None
    words = value.lower()
    if "no-store" in words:
        return "no-store: nobody may keep a copy"
    if "no-cache" in words:
        return "no-cache: a copy may be kept, and is to be checked each time"
    age = re.search(r"max-age=\"?(\d{1,10})", words)
    return f"a copy may be used for {int(age[1]):,} seconds" if age else f"Cache-Control: {value}"


def part(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    if response is None:
        return None
    if response.status == 206:
        return f"a part alone: {value_of(response.head, 'content-range') or 'in several pieces'}"
    if response.status == 416:
        return "there is no such part"
    if request is not None and response.status == 200 and (asked := value_of(request.head, "range")):
        return f"the client asked for a part ({asked}) and got all"
    return None


def login(exchange: Exchange) -> str | None:
    request = exchange.request
    value = None if request is None else request.head.header("authorization")
    if value is None:
        return None
    scheme = short(value.split(b" ")[0])
    if scheme.lower() == "basic":
        return "Basic: name and password are in it for everybody to read; base64 hides nothing"
    return f"Authorization: {scheme} says who asks"
