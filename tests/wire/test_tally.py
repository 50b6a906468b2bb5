"""What a trace counts."""

from stackwalk.wire.events import Event
from stackwalk.wire.frames import Frame
from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.sight import Answered, Closed, Framed, Missed, Opened, Refused, Streamed, Unanswered, Unreadable
from stackwalk.wire.tally import Tally


def exchange(target: bytes, status: bytes | None, took: float, size: int = 0) -> Exchange:
    request = Request(read_head(b"GET %s HTTP/1.1\r\n\r\n" % target))
    response = None if status is None else Response(read_head(b"HTTP/1.1 %s\r\n\r\n" % status), b"", size)
    return Exchange(1, 1, request, response, 1.0, 1.0, None, 1.0 + took)


def test_every_kind_of_sight_is_counted() -> None:
    tally = Tally()
    slow = exchange(b"/slow", b"404 Not Found", 2.0, 7)
    for sight in (
        Opened(1, 0.0, "127.0.0.1:1"),
        Answered(1, 0.0, exchange(b"/", b"200 OK", 0.5, 10)),
        Answered(1, 0.0, slow),
        Answered(1, 0.0, exchange(b"/", b"200 OK", 0.1, 3)),
        Answered(1, 0.0, exchange(b"/", b"twohundred", 0.1)),
        Unanswered(1, 0.0, exchange(b"/", None, 9.0)),
        Unreadable(1, 0.0, "client", "it is no request", b"\x16"),
        Refused(1, 0.0, "nothing listens"),
        Missed(0, 0.0, 12),
        Framed(1, 0.0, "client", Frame(1, 2, b"hi")),
        Streamed(1, 0.0, 1, Event(b"message", b"hi", 2)),
        Streamed(1, 0.0, 1, Event(b"message", b"hi", 2)),
        Closed(1, 0.0, "client", False, 1, 1),
    ):
        tally.add(sight)
    assert tally == Tally(1, 4, {200: 2, 404: 1}, 1, 1, 1, 1, 2, 12, 20, 94, 107, slow)
