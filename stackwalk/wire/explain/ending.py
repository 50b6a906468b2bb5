"""Where an answer ends, and how the client can know."""

from stackwalk.wire.explain.words import short, sides, tokens
from stackwalk.wire.message import Chunks, Exchange

SIZES_SHOWN = 4  # of chunks


def cut(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.ended_by != "cut":
        return None
    promised = response.head.header("content-length")
    if promised is None:
        return f"the answer was cut: {response.body_size:,} bytes came before the connection ended"
    return f"the answer was cut: {response.body_size:,} bytes of the {short(promised)} that were promised"


def no_length(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.ended_by != "close" or ends_with_connection(exchange):
        return None
    return "nothing says how long the answer is: it ended with the connection"


def ends_with_connection(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.ended_by != "close":
        return None
    if response.version == "HTTP/1.0" or b"close" in tokens(response.head, "connection"):
        return "the answer is as long as the connection: its end is the answer's"
    return None


def body_where_none(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.status not in (204, 304) or response.ended_by != "none":
        return None
    length = response.head.header("content-length")
    if response.head.header("transfer-encoding") is not None:
        return f"a {response.status} has no body, and Transfer-Encoding speaks of one"
    if response.status == 204 and length is not None:
        return f"a 204 has no body, and Content-Length says {short(length)}"
    return None


def head_length(exchange: Exchange) -> str | None:
    response = exchange.response
    if exchange.request is None or exchange.request.method != "HEAD" or response is None:
        return None
    length = response.head.header("content-length")
    said = "" if length is None else f"; Content-Length says what GET would have brought: {short(length)} bytes"
    return f"an answer to HEAD is a head alone{said}"


def chunks(exchange: Exchange) -> str | None:
    chunked = [(who, said.chunks) for who, said in sides(exchange) if said.chunks is not None]
    return "; ".join(f"the {who} sent {_chunks_of(chunks)}" for who, chunks in chunked) or None


def _chunks_of(chunks: Chunks) -> str:
    sizes = ", ".join(f"{size:,}" for size in chunks.sizes[:SIZES_SHOWN])
    more = " …" if chunks.count > SIZES_SHOWN else ""
    many = "1 chunk" if chunks.count == 1 else f"{chunks.count:,} chunks"
    return f"{many}, each with its size before it: {sizes}{more} bytes" if sizes else "no chunk but the last, empty one"
