"""The one answer to a request that was sent alone, read from all bytes that came back so far."""

from dataclasses import dataclass

from stackwalk.wire.body import response_body
from stackwalk.wire.message import Head, Response, read_head
from stackwalk.wire.parsing import SHOWN, MessageReader, status_line_fault


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer, what came before it and what came after its end."""

    response: Response  # status None: what came does not begin with a status line
    interim: tuple[Response, ...] = ()  # the 1xx before it
    rest: bytes = b""  # what came after its end
    problem: str | None = None  # why it can't be read to its end; one short sentence, no full stop


def read_answer(data: bytes, method: str = "GET", closed: bool = False) -> Answer | None:
    """Read the final answer to a `method` request out of everything that the server has sent.

    None: it is not whole yet (or `closed`, and no byte of an answer came). `closed`: the server has ended, so
    nothing follows: what is not whole then has `ended_by` "cut" (or "close", where that is its proper end,
    RFC 9112 6.3). A first line that is no status line is told as soon as it is whole: `status` is None,
    `problem` says why, and `body` is what followed. Never raises. The whole body is kept.

    >>> read_answer(b"HTTP/1.1 200 OK\\nContent-Length: 2\\n\\nhi!").rest
    b'!'
    >>> read_answer(b"HTTP/1.1 200 OK\\nContent-Length: 2\\n\\nh") is None
    True
    """
    interim: list[Response] = []
    position = 0
    while True:
        message = MessageReader(status_line_fault, skips_blank=bool(interim))
        begin = position
        position = message.feed(data, position)
        if message.fault is not None:
            return Answer(_no_answer(data[begin:]), tuple(interim), b"", message.fault.why)
        head = message.head
        if head is None:
            return _cut_head(message, tuple(interim)) if closed else None
        status = Response(head).status or 0
        if 100 <= status < 200 and status != 101:
            interim.append(Response(head))
            continue
        message.body = body = response_body(head, method, status, len(data))
        if body is None:
            return Answer(Response(head), tuple(interim), data[position:])
        position = message.feed(data, position)
        ended_by = body.ended_by
        if not body.done:
            if not closed and body.fault is None:
                return None
            if ended_by != "close":
                ended_by = "cut"
        response = Response(head, bytes(body.kept), body.size, ended_by)
        problem = None if body.fault is None else body.fault.why
        return Answer(response, tuple(interim), data[position:], problem)


def _no_answer(data: bytes) -> Response:
    line, newline, body = data.partition(b"\n")
    return Response(Head(line + newline, line.removesuffix(b"\r"), ()), body, len(body), "cut")


def _cut_head(message: MessageReader, interim: tuple[Response, ...]) -> Answer | None:
    raw = message.so_far()
    if not raw:
        return None
    line = raw.partition(b"\n")[0].removesuffix(b"\r")
    why = status_line_fault(raw[:SHOWN].rstrip(b"\r\n"), False) or status_line_fault(line, True)
    if why is not None:
        return Answer(_no_answer(raw), interim, b"", why)
    problem = "the connection ended before the empty line after the headers"
    return Answer(Response(read_head(raw), ended_by="cut"), interim, b"", problem)
