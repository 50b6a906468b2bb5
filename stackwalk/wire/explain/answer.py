"""What an answer tells the client to do, and to keep."""

import re
from base64 import b64decode
from collections.abc import Callable

from stackwalk.wire.content import media_type, pairs_of
from stackwalk.wire.explain.words import is_whole_head, moment_of, short, value_of
from stackwalk.wire.message import Exchange, Request, Response
from stackwalk.wire.parsing import TOKEN

FOR_EVER = 2**31  # seconds: a cache may count no further (RFC 9111 1.2.2)
LONGEST_SCHEME = 30  # characters of one that is shown: what is longer may be a secret


def redirect(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.status not in (301, 302, 303, 307, 308):
        return None
    there = value_of(response.head, "location")
    if not there:
        return None
    lasting = " from now on" if response.status in (301, 308) else ""
    return f"the client is to go to {there}{lasting}{_how(exchange, response.status)}"


def _how(exchange: Exchange, status: int) -> str:
    if status in (307, 308):
        return ", with the same method and body"
    is_head = exchange.request is not None and exchange.request.method == "HEAD"
    return "" if status != 303 else ", with HEAD" if is_head else ", with GET"


def nowhere(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.status not in (301, 302, 303, 307, 308) or not is_whole_head(response.head):
        return None
    if value_of(response.head, "location"):
        return None
    return f"a {response.status} sends the client elsewhere, and no Location says where"


def missing(status: int, header: str, says: str) -> Callable[[Exchange], str | None]:
    def find(exchange: Exchange) -> str | None:
        response = exchange.response
        if response is None or response.status != status or not is_whole_head(response.head):
            return None
        return says if response.head.header(header) is None else None

    return find


def not_modified(exchange: Exchange) -> str | None:
    request = exchange.request
    if exchange.response is None or exchange.response.status != 304:
        return None
    if request is not None and not _condition(request):
        return "a 304 says that the client's copy is still good, and the client asked about none"
    return "nothing was sent: the copy that the client has is still good"


def validators(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    if response is None or response.status is None or response.status >= 300:
        return None
    if request is not None and response.status == 200 and (condition := _condition(request)):
        name, value = condition
        is_same = _is_same(name, value, response)
        if is_same is not None:
            said = f"the client's copy ({short(value)})"
            return f"{said} is still good, and a 304 would have done" if is_same else f"{said} is out of date"
    tag = value_of(response.head, "etag")
    return f"ETag {tag} names this version: the client can ask later whether it is still good" if tag else None


def _condition(request: Request) -> tuple[str, str] | None:
    """What a request for a page asks about the client's copy: If-None-Match goes first (RFC 9110 13.1.3)."""
    if request.method not in ("GET", "HEAD"):
        return None
    for name in ("if-none-match", "if-modified-since"):
        if lines := request.head.every(name):
            return name, b", ".join(lines).decode("latin-1")
    return None


def _is_same(name: str, value: str, response: Response) -> bool | None:
    """Whether the client's copy is what was sent; None: nothing says so."""
    if name == "if-none-match":
        tag = (response.head.header("etag") or b"").decode("latin-1").removeprefix("W/")
        tags = set(re.findall(r'"[^"]*"', value)) or {part.strip() for part in value.split(",")}
        return tag in tags if tag and value.strip() != "*" else None
    had, modified = moment_of(value), moment_of(value_of(response.head, "last-modified"))
    return None if had is None or modified is None else modified <= had


def caching(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    value = b"" if response is None else b", ".join(response.head.every("cache-control"))
    if response is None or not value:
        return None
    said = dict(reversed(pairs_of(value, ",")))  # of one that is named twice the first counts (RFC 9111 4.2.1)
    if "no-store" in said and "must-understand" not in said:
        return "no-store: nobody may keep a copy"
    if "no-cache" in said and said["no-cache"] is None:  # with a value it is about those headers alone
        return "no-cache: a copy may be kept, and is to be checked each time"
    age = said.get("max-age") or ""
    if "no-store" in said or not age.isascii() or not age.isdigit() or (request and request.method != "GET"):
        return f"Cache-Control: {short(value)}"
    seconds = int(age) if len(age.lstrip("0")) <= len(str(FOR_EVER)) else FOR_EVER
    if not seconds:
        return "max-age=0: a copy is out of date at once"
    by = " by the client alone" if "private" in said and said["private"] is None else ""
    other = said.get("s-maxage")
    shared = f"; caches on the way go by s-maxage={short(other)}" if other and not by else ""
    most = f"{FOR_EVER:,} seconds, which is for ever" if seconds >= FOR_EVER else f"{seconds:,} seconds"
    old = value_of(response.head, "age")
    passed = f", of which {int(old):,} are over (Age)" if old and old.isascii() and old.isdigit() else ""
    return f"a copy may be used{by} for {most}{passed}{shared}"


def part(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    if response is None:
        return None
    if response.status == 206:
        if where := value_of(response.head, "content-range"):
            return f"a part alone: {where}"
        if media_type(response.head) == "multipart/byteranges":
            return "a part alone: in several pieces"
        return "a part alone, and no Content-Range says which"
    if response.status == 416:
        return "there is no such part"
    if request is not None and request.method == "GET" and response.status == 200:
        return (
            f"the client asked for a part ({asked}) and got all" if (asked := value_of(request.head, "range")) else None
        )
    return None


def login(exchange: Exchange) -> str | None:
    request = exchange.request
    value = None if request is None else request.head.header("authorization")
    if value is None:
        return None
    scheme, space, credentials = value.partition(b" ")
    if not space or len(scheme) > LONGEST_SCHEME or not TOKEN.issuperset(scheme):
        return "Authorization says who asks, and names no scheme for it: Basic or Bearer, for example"
    if scheme.lower() != b"basic":
        return f"Authorization: {short(scheme)} says who asks"
    if not _is_name_and_password(credentials.strip()):
        return "Basic, and what follows is not the base64 of a name, a colon and a password"
    return "Basic: name and password are in it for everybody to read; base64 hides nothing"


def _is_name_and_password(credentials: bytes) -> bool:
    try:
        return b":" in b64decode(credentials, validate=True)
    except ValueError:
        return False
