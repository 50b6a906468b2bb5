"""Read what passes between a client and a server as HTTP/1.x, and say what it was.

Fed with pieces of both directions in the one order in which they passed; any cut of the same bytes gives the
same sights. It never raises and never insists on turns: an answer may come before its request is whole, or to
no request at all. Requests and answers are paired in order, whichever comes first. What can't be read is said
once.
"""

from collections import deque
from dataclasses import dataclass, field, replace

from stackwalk.wire.body import Body, Fault, promised, request_body, response_body
from stackwalk.wire.events import STREAM, EventReader
from stackwalk.wire.frames import FrameReader
from stackwalk.wire.message import Exchange, Head, Note, Request, Response, Side, read_head
from stackwalk.wire.parsing import (
    HTTP2,
    SHOWN,
    TLS,
    MessageReader,
    request_line_fault,
    status_line_fault,
)
from stackwalk.wire.sight import (
    Answered,
    Asked,
    Begun,
    Closed,
    Framed,
    Interim,
    Piece,
    Sight,
    Streamed,
    Unanswered,
    Unreadable,
)

BODY_LIMIT = 64 * 1024  # bytes of a body that are kept
BEGINNING = 48 * 1024  # bytes of a body that its exchange holds, where more than BODY_LIMIT are kept; 3 divides it
PIECE = 192 * 1024  # bytes of what follows that are told at once; 3 divides them
FRAME_LIMIT = 1024 * 1024  # bytes of a frame that are kept, at most
EVENT_LIMIT = 64 * 1024  # the same of an event
WAITING_LIMIT = 1000  # requests of one connection that wait for their answers
WEIGHT_LIMIT = 8 * 1024 * 1024  # bytes of them that are kept
HELD_LIMIT = 256 * 1024  # bytes kept after a request that may end HTTP, until its answer says
TOO_MANY_WAIT = "too many requests wait for an answer"
AFTER_THE_END = "more bytes came after the end of the answer (RFC 9112 6.3)"
NO_FRAME = "after the upgrade to WebSocket, bytes that are no frame (RFC 6455 5.2)"
AFTER_HEAD = "a body came after the answer to HEAD, which has none (RFC 9110 9.3.2)"
AFTER_BODILESS = "a body came after a {}, which has none (RFC 9110 6.4.1)"
EARLY = Note("early-answer", "answered before the request was whole", "RFC 9112 9.5")
EARLIER = Note("early-answer", "answered before the request came", "RFC 9112 9.2")
UNASKED = Note("unasked", "an answer that no request came before", "RFC 9112 9.2")
PIPELINED = Note("pipelined", "asked before the answer to the request ahead of it had come", "RFC 9112 9.3.2")
CONTINUE = Note("continue", "100 Continue: the server asked for the body before it was sent", "RFC 9110 10.1.1")
LATE_CONTINUE = Note("continue", "100 Continue came, and the client was not waiting for it", "RFC 9110 10.1.1")
UNREAD = Note("unread", "an answer to a request that could not be read", "RFC 9112 2.2")
EARLY_HINTS = Note("early-hints", "103 Early Hints: what the page will need, said before the answer", "RFC 8297 2")
HEAD_CUT = Note("head-cut", "the connection ended before the empty line after the headers", "RFC 9112 2.1")


@dataclass(slots=True)
class _Pair:
    """An exchange in the making."""

    number: int
    request: Head | None = None
    request_body: Body | None = None
    response: Head | None = None
    response_body: Body | None = None
    ended: bool = False  # the answer is over
    asked_at: float | None = None
    request_done_at: float | None = None
    answered_at: float | None = None
    done_at: float | None = None
    notes: list[Note] = field(default_factory=list)
    weight: int = 0  # bytes of the request that are counted as kept

    @property
    def method(self) -> str:
        return "" if self.request is None else Request(self.request).method

    @property
    def may_switch(self) -> bool:
        """After it the connection may speak something else (RFC 9110 7.8, 9.3.6)."""
        return self.request is not None and (self.method == "CONNECT" or self.request.header("upgrade") is not None)


class Reader:
    """Both directions of one connection: `feed` and `close` return what has been seen by them."""

    def __init__(self, connection: int, body_limit: int = BODY_LIMIT) -> None:
        self._connection = connection
        self._body_limit, self._more = kept_and_more(body_limit)
        self._frame_limit = min(body_limit, FRAME_LIMIT)
        self._bytes: dict[Side, int] = {"client": 0, "server": 0}
        self._quiet: dict[Side, bool] = {"client": False, "server": False}
        self._ended: dict[Side, bool] = {"client": False, "server": False}
        self._over = False
        self._first_end: Side | None = None
        self._question = MessageReader(request_line_fault, skips_blank=True)
        self._asking: _Pair | None = None  # its request's body is coming
        self._answer = MessageReader(status_line_fault, skips_blank=False)
        self._answering: _Pair | None = None  # its answer's body is coming
        self._waiting: deque[_Pair] = deque()  # asked, no answer has begun
        self._weight = 0  # bytes kept of them
        self._unasked: _Pair | None = None  # answered, its request has not come
        self._switching: _Pair | None = None  # asked for an end of HTTP: what the client sends is held
        self._held = bytearray()
        self._begun: dict[Side, float] = {"client": 0.0, "server": 0.0}  # first byte of the present message
        self._count = 0
        self._frames: dict[Side, FrameReader] | None = None  # once HTTP has become WebSocket
        self._surplus = AFTER_THE_END  # what bytes after the present answer would be
        self.opened_at: float | None = None  # what the first exchange is told with
        self.reached_at: float | None = None

    @property
    def is_idle(self) -> bool:
        """Whether some exchange has been and nothing is open: with the next byte a new one begins."""
        return self._count > 0 and not (
            self._waiting
            or self._answering is not None
            or self._asking is not None
            or self._question.started
            or self._answer.started
            or self._unasked is not None
            or self._switching is not None
            or self._surplus != AFTER_THE_END  # that would be said of the next byte
            or self._over
            or any(self._ended.values())
            or any(self._quiet.values())
        )

    @property
    def passed(self) -> tuple[int, int, int]:
        """The exchanges that have begun, and the bytes that client and server have sent."""
        return self._count, self._bytes["client"], self._bytes["server"]

    def resume(self, count: int, client_bytes: int, server_bytes: int) -> None:
        """Go on, as a new reader, where another was idle after so much had `passed`."""
        self._count = count
        self._bytes = {"client": client_bytes, "server": server_bytes}
        if count:
            self._answer = MessageReader(status_line_fault, skips_blank=True)

    def countable(self, side: Side) -> int:
        """So many of the next bytes need not be fed: it is enough to `count` them."""
        if self._over or self._ended[side]:
            return 0
        message = self._question if side == "client" else self._answer
        return 0 if self._quiet[side] or message.body is None else message.body.countable

    def count(self, side: Side, size: int) -> None:
        """So many bytes have passed, and all of them were countable."""
        self._bytes[side] += size
        body = (self._question if side == "client" else self._answer).body
        if body is not None:
            body.count(size)

    def feed(self, side: Side, data: bytes, at: float) -> list[Sight]:
        """Bytes have passed: what is known by them. `at`: seconds of one monotonic clock."""
        sights: list[Sight] = []
        if self._over or self._ended[side]:
            return sights
        self._bytes[side] += len(data)
        if self._frames is not None:
            self._read_frames(side, data, at, sights)
        elif side == "client":
            self._read_questions(data, at, sights)
        else:
            self._read_answers(data, at, sights)
        return sights

    def close(self, side: Side, at: float, reset: bool = False) -> list[Sight]:
        """A side has sent its last byte, or has reset the connection, which ends both."""
        sights: list[Sight] = []
        if self._over or (self._ended[side] and not reset):
            return sights
        self._first_end = self._first_end or side
        if not self._ended[side]:
            self._ended[side] = True
            if side == "client":
                self._end_questions(at, sights)
            else:
                self._end_answers(at, reset, sights)
        if reset or all(self._ended.values()):
            self._finish(at, self._first_end if not reset else side, reset, sights)
        return sights

    def end(self, at: float) -> list[Sight]:
        """Neither side has ended, but nobody passes anything on any more."""
        sights: list[Sight] = []
        if not self._over:
            self._finish(at, None, False, sights)
        return sights

    def silence(self) -> None:
        """Read nothing more; bytes are still counted, and the end is still said."""
        self._go_quiet("client")
        self._go_quiet("server")
        self._waiting.clear()
        self._unasked = self._answering = None
        self._frames = None

    # The client's bytes

    def _read_questions(self, data: bytes, at: float, sights: list[Sight]) -> None:
        position = 0
        while position < len(data) and not self._quiet["client"]:
            if self._switching is not None and self._asking is None:
                self._held += data[position : position + HELD_LIMIT + 1 - len(self._held)]
                if len(self._held) > HELD_LIMIT:
                    self._go_quiet("client")
                return
            message = self._question
            if not message.started:
                self._begun["client"] = at
            had_head = message.head is not None
            position = message.feed(data, position)
            if message.fault is not None:
                self._fail("client", message.fault, at, sights)
            elif message.head is not None and not had_head:
                self._ask(message, at, sights)
            if message.body is not None and message.body.following:
                self._pour("client", message.body, self._asking, at, sights)
            if message.done and not self._quiet["client"]:
                self._end_question(at)

    def _ask(self, message: MessageReader, at: float, sights: list[Sight]) -> None:
        head = message.head
        if head is None:
            return
        if head.first_line == b"PRI * HTTP/2.0":
            self._fail("client", Fault(HTTP2, head.raw[:SHOWN]), at, sights)
            return
        pair = self._unasked
        if pair is None:
            pair = self._new_pair()
        else:
            pair.notes = [note for note in pair.notes if note != UNASKED] + [EARLIER]
        self._unasked = None
        pair.request, pair.asked_at = head, self._begun["client"]
        sights.append(Asked(self._connection, at, Request(head), pair.number))
        if pair.response is None:
            if len(self._waiting) >= WAITING_LIMIT or self._weight > WEIGHT_LIMIT:
                self._fail("client", Fault(TOO_MANY_WAIT, head.raw[:SHOWN]), at, sights)
                self._go_quiet("server")
                return
            if self._waiting or self._answering is not None:
                pair.notes.append(PIPELINED)
            self._waiting.append(pair)
            self._weigh(pair, len(head.raw))
        body = request_body(head, self._body_limit, self._more)
        self._asking = pair
        if isinstance(body, Fault):
            self._fail("client", body, at, sights)
            if pair.ended:
                self._say_answered(pair, at, sights)
            return
        message.body = pair.request_body = body
        if pair.may_switch and pair.response is None:
            self._switching = pair
        if pair.ended:
            self._say_answered(pair, at, sights)

    def _end_question(self, at: float) -> None:
        pair = self._asking
        if pair is not None:
            pair.request_done_at = at
            if pair.response is None and pair.request_body is not None:
                self._weigh(pair, len(pair.request_body.kept))
        self._asking = None
        self._question = MessageReader(request_line_fault, skips_blank=True)

    def _end_questions(self, at: float, sights: list[Sight]) -> None:
        self._switching = None
        self._held.clear()
        message = self._question
        if not self._quiet["client"] and message.started and message.head is None:
            why = "the client ended in the middle of a request's head"
            raw = message.so_far()
            if request_line_fault(raw[:SHOWN].rstrip(b"\r\n"), False) is not None:
                why = "it is no request, and the client ended"
            sights.append(Unreadable(self._connection, at, "client", why, raw[:SHOWN]))
        self._say_unasked(at, sights)

    # The server's bytes

    def _read_answers(self, data: bytes, at: float, sights: list[Sight]) -> None:
        position = 0
        while position < len(data) and not self._quiet["server"]:
            message = self._answer
            if not message.started:
                self._begun["server"] = at
            had_head = message.head is not None
            position = message.feed(data, position)
            if message.body is not None and message.body.following:
                self._pour("server", message.body, self._answering, at, sights)
            if message.body is not None and message.body.events and self._answering is not None:
                number = self._answering.number
                sights += [Streamed(self._connection, at, number, event) for event in message.body.events]
                message.body.events.clear()
            if message.fault is not None:
                self._fail("server", message.fault, at, sights)
                return
            if message.head is not None and not had_head:
                self._begin_answer(message, at, sights)
            if message.done and not self._quiet["server"]:
                self._end_answer(at, sights)
        if self._frames is not None:
            self._read_frames("server", data[position:], at, sights)

    def _begin_answer(self, message: MessageReader, at: float, sights: list[Sight]) -> None:
        head = message.head
        status = None if head is None else Response(head).status
        if head is None or status is None:
            return
        if 100 <= status < 200 and status != 101:
            sights.append(Interim(self._connection, at, Response(head)))
            self._note_interim(status)
            return
        pair = self._pair_answer(at, sights)
        pair.response, pair.answered_at = head, self._begun["server"]
        body = response_body(head, pair.method, status, self._body_limit, self._more)
        message.body = pair.response_body = body
        self._answering = pair
        if body is not None and is_stream(head):
            begun = replace(self._exchange(pair), response=Response(head))
            sights.append(Begun(self._connection, at, begun))
            if head.header("content-encoding") is None:
                body.stream(EventReader(min(self._body_limit, EVENT_LIMIT)))
        if status == 101 or (pair.method == "CONNECT" and 200 <= status < 300):
            held = bytes(self._held)
            self._end_answer(at, sights)
            self._begin_frames(pair, held, at, sights)
            self._go_quiet("client")
            self._go_quiet("server")
        elif pair is self._switching:
            self._switching = None
            held, self._held = bytes(self._held), bytearray()
            self._read_questions(held, at, sights)

    def _note_interim(self, status: int) -> None:
        pair = self._waiting[0] if self._waiting else None
        note = {100: CONTINUE, 103: EARLY_HINTS}.get(status)
        if pair is None or note is None or note.code in {known.code for known in pair.notes}:
            return
        body = pair.request_body
        is_awaited = body is not None and not body.size and not body.done
        pair.notes.append(LATE_CONTINUE if note == CONTINUE and not is_awaited else note)

    def _pair_answer(self, at: float, sights: list[Sight]) -> _Pair:
        if self._waiting:
            pair = self._next_waiting()
            if pair is self._asking and not self._quiet["client"]:
                pair.notes.append(EARLY)
            return pair
        self._say_unasked(at, sights)
        pair = self._new_pair()
        pair.notes.append(UNREAD if self._quiet["client"] else UNASKED)
        if not self._ended["client"] and not self._quiet["client"]:
            self._unasked = pair
        return pair

    def _end_answer(self, at: float, sights: list[Sight], cut: str = "") -> None:
        """The answer is over; `cut`: what happened before its end came."""
        pair = self._answering
        self._answering = None
        self._answer = MessageReader(status_line_fault, skips_blank=True)
        if pair is None:
            return
        pair.ended, pair.done_at = True, at
        self._surplus = _surplus(pair)
        if cut:
            _cut(pair, f"then {cut}")
        if pair is not self._unasked:
            self._say_answered(pair, at, sights)

    def _end_answers(self, at: float, reset: bool, sights: list[Sight]) -> None:
        if self._quiet["server"]:
            return
        message = self._answer
        if self._answering is not None:
            ended_by = None if message.body is None else message.body.ended_by
            self._end_answer(at, sights, cut=self._how("server", reset) if reset or ended_by != "close" else "")
        elif message.started and message.head is None:
            self._end_cut_head(message.so_far(), at, sights)

    def _end_cut_head(self, raw: bytes, at: float, sights: list[Sight]) -> None:
        first_line = raw.partition(b"\n")[0].rstrip(b"\r")
        why = status_line_fault(raw[:SHOWN].rstrip(b"\r\n"), False) or status_line_fault(first_line, True)
        if why is not None:
            self._fail("server", Fault(why, raw[:SHOWN]), at, sights)
            return
        pair = self._pair_answer(at, sights)
        pair.response, pair.answered_at = read_head(raw), self._begun["server"]
        pair.notes.append(HEAD_CUT)
        pair.response_body = Body("cut", 0)
        self._answering = pair
        self._end_answer(at, sights)

    # After HTTP

    def _begin_frames(self, pair: _Pair, held: bytes, at: float, sights: list[Sight]) -> None:
        head = pair.response
        if head is None or (head.header("upgrade") or b"").lower() != b"websocket" or self._frames is not None:
            return
        if pair.method != "CONNECT":
            self._frames = {"server": FrameReader(self._frame_limit)}
            if not self._quiet["client"]:  # else part of what it sent is not known
                self._frames["client"] = FrameReader(self._frame_limit)
            self._read_frames("client", held, at, sights)

    def _read_frames(self, side: Side, data: bytes, at: float, sights: list[Sight]) -> None:
        reader = None if self._frames is None else self._frames.get(side)
        if self._frames is None or reader is None:
            return
        sights += [Framed(self._connection, at, side, frame) for frame in reader.feed(data)]
        if reader.broken:
            del self._frames[side]
            sights.append(Unreadable(self._connection, at, side, NO_FRAME, b""))

    # Both

    def _new_pair(self) -> _Pair:
        self._count += 1
        return _Pair(self._count)

    def _weigh(self, pair: _Pair, kept: int) -> None:
        pair.weight += kept
        self._weight += kept

    def _next_waiting(self) -> _Pair:
        pair = self._waiting.popleft()
        self._weight -= pair.weight
        return pair

    def _go_quiet(self, side: Side) -> None:
        self._quiet[side] = True
        self._held.clear()
        if side == "client":
            self._switching = None

    def _fail(self, side: Side, fault: Fault, at: float, sights: list[Sight]) -> None:
        """Say once that a side can't be read, and read it no more."""
        other: Side = "server" if side == "client" else "client"
        said = self._quiet[other] and not self._count  # one sentence for a connection that never was HTTP
        # Of a request that fails the exchange is told when it is over, as any other.
        pair = None if side == "client" else self._answering
        why = fault.why
        if side == "server":
            if pair is not None:
                pair.done_at = at
                _cut(pair, "and what follows can't be read")
            elif self._waiting:
                pair = self._next_waiting()
            elif self._count:
                why = self._surplus
            self._answering = None
        self._go_quiet(side)
        if not said:
            exchange = None if pair is None else self._told(pair, at, sights)
            sights.append(Unreadable(self._connection, at, side, why, fault.raw, exchange))
        if side == "client":
            if why in (TLS, HTTP2):
                self._go_quiet("server")
            self._say_unasked(at, sights)

    def _say_answered(self, pair: _Pair, at: float, sights: list[Sight]) -> None:
        exchange = self._told(pair, at, sights)
        sights.append(Answered(self._connection, at, exchange))

    def _say_unasked(self, at: float, sights: list[Sight]) -> None:
        """No request will come for an answer that was not asked for."""
        pair, self._unasked = self._unasked, None
        if pair is not None and pair.ended:
            self._say_answered(pair, at, sights)

    def _finish(self, at: float, by: Side | None, reset: bool, sights: list[Sight]) -> None:
        if self._answering is not None:
            self._end_answer(at, sights, cut=self._how(by, reset))
        self._say_unasked(at, sights)
        before = "the answer's head was whole" if self._answer.started else "any answer"
        while self._waiting:
            pair = self._next_waiting()
            pair.notes.append(Note("no-answer", self._how(by, reset, before=before), "RFC 9112 9.5"))
            before = "any answer"
            exchange = self._told(pair, at, sights)
            sights.append(Unanswered(self._connection, at, exchange))
        self._over = True
        sights.append(Closed(self._connection, at, by, reset, self._bytes["client"], self._bytes["server"]))

    def _how(self, by: Side | None, reset: bool, before: str = "") -> str:
        """How the connection ended, and what curl says where that is what it meets."""
        if self._first_end not in (None, by):
            by, reset = self._first_end, False  # what the other side did then is no news
        ended = {"server": "the server ended the connection", "client": "the client ended first", None: "the tap ended"}
        text = f"the {by} reset the connection" if reset else ended[by]
        if before:
            text += f"{',' if by == 'client' and not reset else ''} before {before}"
        if by != "server":
            return text
        if reset:
            return f"{text} (curl: Recv failure: Connection reset by peer)"
        return f"{text} (curl: Empty reply from server)" if before else text

    def _pour(
        self, side: Side, body: Body, pair: _Pair | None, at: float, sights: list[Sight], least: int = PIECE
    ) -> None:
        """Tell what follows of a body, in pieces of one size, wherever the bytes were cut."""
        if pair is None:
            body.keep_no_more()
            return
        while len(body.following) >= least:
            begin = len(body.kept) + body.handed
            sights.append(Piece(self._connection, at, pair.number, side, begin, body.take(PIECE)))

    def _told(self, pair: _Pair, at: float, sights: list[Sight]) -> Exchange:
        """An exchange that is over: what is kept of its bodies has been told before it, and nothing comes after."""
        ends: tuple[tuple[Side, Body | None], ...] = ("client", pair.request_body), ("server", pair.response_body)
        for side, body in ends:
            if body is not None:
                self._pour(side, body, pair, at, sights, least=1)
                body.keep_no_more()
        return self._exchange(pair)

    def _exchange(self, pair: _Pair) -> Exchange:
        request = response = None
        if pair.request is not None:
            body = pair.request_body
            kept, size = _kept(body)
            request = Request(pair.request, kept, size, None if body is None else body.chunks)
        if pair.response is not None:
            body = pair.response_body
            kept, size = _kept(body)
            ended_by = "none" if body is None else body.ended_by
            response = Response(pair.response, kept, size, ended_by, None if body is None else body.chunks)
        return Exchange(
            pair.number,
            self._connection,
            request,
            response,
            pair.asked_at,
            pair.request_done_at,
            pair.answered_at,
            pair.done_at,
            tuple(pair.notes),
            *((self.opened_at, self.reached_at) if pair.number == 1 else ()),
        )


def kept_and_more(body_limit: int) -> tuple[int, int]:
    """The bytes of a body that its exchange holds, and those after them that are told in pieces."""
    if body_limit <= BODY_LIMIT:
        return body_limit, 0
    return BEGINNING, body_limit - BEGINNING


def is_stream(head: Head) -> bool:
    """Whether an answer's body is a stream of events."""
    return (head.header("content-type") or b"").partition(b";")[0].strip(b" \t").lower() == STREAM


def _surplus(pair: _Pair) -> str:
    status = None if pair.response is None else Response(pair.response).status
    if pair.method == "HEAD":
        return AFTER_HEAD
    return AFTER_BODILESS.format(status) if status in (204, 304) else AFTER_THE_END


def _cut(pair: _Pair, why: str) -> None:
    body, head = pair.response_body, pair.response
    if body is None or head is None:
        return
    body.ended_by = "cut"
    size = f"{body.size:,} byte{'' if body.size == 1 else 's'}{promised(head)}"
    pair.notes.append(Note("cut", f"the answer was cut: {size} came, {why}", "RFC 9112 8"))


def _kept(body: Body | None) -> tuple[bytes, int]:
    return (b"", 0) if body is None else (bytes(body.kept), body.size)
