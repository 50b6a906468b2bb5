"""What a tap can report of a connection, one value for each thing that can be seen."""

from dataclasses import dataclass

from stackwalk.wire.events import Event
from stackwalk.wire.frames import Frame
from stackwalk.wire.message import Exchange, Request, Response, Side


@dataclass(frozen=True, slots=True)
class Opened:
    """A client has connected."""

    connection: int  # 1, 2, 3 … of its tap
    at: float  # seconds of one monotonic clock
    client: str  # "127.0.0.1:54321"


@dataclass(frozen=True, slots=True)
class Joined:
    """The target has taken a client's connection: who there holds it is known by the port of our end."""

    connection: int
    at: float
    port: int  # from which the target sees it come


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's head is in; its body may follow."""

    connection: int
    at: float
    request: Request
    number: int = 1  # of the exchange that it begins, on its connection


@dataclass(frozen=True, slots=True)
class Interim:
    """A 1xx answer: the real one follows (RFC 9110 15.2)."""

    connection: int
    at: float
    response: Response


@dataclass(frozen=True, slots=True)
class Answered:
    """An exchange is over: its answer has ended, or the connection has in the middle of it."""

    connection: int
    at: float
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are not HTTP/1.x (passed on all the same); nothing more of that side is reported."""

    connection: int
    at: float
    side: Side
    why: str  # one short sentence, lower case, no full stop
    raw: bytes  # the first of them
    exchange: Exchange | None = None  # whose answer it would have been


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The connection ended before this request had any answer."""

    connection: int
    at: float
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Framed:
    """A WebSocket frame, after the exchange that ended HTTP on its connection (RFC 6455)."""

    connection: int
    at: float
    side: Side
    frame: Frame


@dataclass(frozen=True, slots=True)
class Begun:
    """The head of an answer that is a stream of events: they follow, and its exchange is over when it ends."""

    connection: int
    at: float
    exchange: Exchange  # as far as it is known


@dataclass(frozen=True, slots=True)
class Streamed:
    """An event of such a stream."""

    connection: int
    at: float
    number: int  # of the exchange, on its connection
    event: Event


@dataclass(frozen=True, slots=True)
class Piece:
    """What follows of a long body that is to be kept: its exchange, told later, holds the beginning alone.

    All pieces of a body, in their order, but the last have a size that 3 divides.
    """

    connection: int
    at: float
    number: int  # of the exchange, on its connection
    side: Side
    begin: int  # bytes of the body before it
    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """A connection is over."""

    connection: int
    at: float
    by: Side | None  # who ended first; None: the tap did
    reset: bool  # with a reset instead of an orderly end
    client_bytes: int  # that the client sent
    server_bytes: int  # that the server sent


@dataclass(frozen=True, slots=True)
class Refused:
    """The target could not be reached; the client was closed at once."""

    connection: int
    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Missed:
    """So many sights were left out here, because whoever looks could not keep up."""

    connection: int  # 0: of any connection
    at: float
    count: int


Sight = (
    Opened
    | Joined
    | Asked
    | Interim
    | Answered
    | Unreadable
    | Unanswered
    | Framed
    | Begun
    | Streamed
    | Piece
    | Closed
    | Refused
    | Missed
)
