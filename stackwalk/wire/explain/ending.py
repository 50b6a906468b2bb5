"""Where an answer ends, and how the client can know."""

from stackwalk.wire.body import promised
from stackwalk.wire.explain.words import is_whole_head, lengths_of, many, short, sides, tokens
from stackwalk.wire.message import Chunks, Exchange

SIZES_SHOWN = 4  # of chunks


def cut(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None or response.ended_by != "cut" or not is_whole_head(response.head):
        return None
    return f"the answer was cut: {many(response.body_size, 'byte')}{promised(response.head)} came"


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
    # A 304 may name both: they are of the answer that it stands for.
    if response is None or response.status != 204 or response.ended_by != "none":
        return None
    if response.head.header("transfer-encoding") is not None:
        return "a 204 has no body, and Transfer-Encoding speaks of one"
    length = response.head.header("content-length")
    return None if length is None else f"a 204 has no body, and Content-Length says {short(length)}"


def head_length(exchange: Exchange) -> str | None:
    response = exchange.response
    if exchange.request is None or exchange.request.method != "HEAD" or response is None:
        return None
    lengths = lengths_of(response.head)
    length = lengths.pop() if len(lengths) == 1 else b""
    said = "" if not length.isdigit() else f"; Content-Length says what GET would have brought: {short(length)} bytes"
    return f"an answer to HEAD is a head alone{said}"


def chunks(exchange: Exchange) -> str | None:
    chunked = [(who, said.chunks) for who, said in sides(exchange) if said.chunks is not None]
    return "; ".join(f"the {who} sent {_chunks_of(chunks)}" for who, chunks in chunked) or None


def _chunks_of(chunks: Chunks) -> str:
    sizes = ", ".join(f"{size:,}" for size in chunks.sizes[:SIZES_SHOWN])
    more = " …" if chunks.count > SIZES_SHOWN else ""
    many = "1 chunk" if chunks.count == 1 else f"{chunks.count:,} chunks"
    return f"{many}, each with its size before it: {sizes}{more} bytes" if sizes else "no chunk but the last, empty one"
