"""What becomes of the connection."""

from base64 import b64encode
from hashlib import sha1

from stackwalk.wire.explain.words import short, sides, tokens, value_of
from stackwalk.wire.message import Exchange

WEBSOCKET_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3


def closing(exchange: Exchange) -> str | None:
    who = [side for side, said in sides(exchange) if b"close" in tokens(said.head, "connection")]
    return f"Connection: close: the {' and the '.join(who)} will end the connection after this" if who else None


def keeping(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.ended_by in ("close", "cut") or is_switched(exchange):
        return None
    both = sides(exchange)
    if any(b"close" in tokens(said.head, "connection") for _, said in both):
        return None
    if any(said.version == "HTTP/1.0" and b"keep-alive" not in tokens(said.head, "connection") for _, said in both):
        return None
    return "keep-alive: the connection can serve another request after this"


def is_switched(exchange: Exchange) -> bool:
    """Whether the connection speaks something else from here on (RFC 9110 7.8, 9.3.6)."""
    request, response = exchange.request, exchange.response
    if response is None or response.status is None:
        return False
    return response.status == 101 or (
        request is not None and request.method == "CONNECT" and 200 <= response.status < 300
    )


def no_continue(exchange: Exchange) -> str | None:
    request = exchange.request
    if request is None or b"100-continue" not in tokens(request.head, "expect"):
        return None
    if any(note.code == "continue" for note in exchange.notes):
        return None
    return "the client asked for 100 Continue before its body, and none came"


def switched(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.status != 101:
        return None
    return f"from here on the connection speaks {value_of(response.head, 'upgrade') or 'something else'}"


def wrong_accept(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    if request is None or response is None or response.status != 101:
        return None
    key = request.head.header("sec-websocket-key")
    if key is None:
        return None
    right = b64encode(sha1(key + WEBSOCKET_KEY, usedforsecurity=False).digest())
    if response.head.header("sec-websocket-accept") == right:
        return None
    return f"Sec-WebSocket-Accept should be {right.decode()}: browsers end the connection"


def tunnel(exchange: Exchange) -> str | None:
    request, response = exchange.request, exchange.response
    if request is None or request.method != "CONNECT" or response is None or response.status is None:
        return None
    return f"a tunnel to {short(request.target)}: what follows is not HTTP" if response.status < 300 else None
