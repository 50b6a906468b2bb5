"""Plain exchanges, from the lines that a `Scribe` writes to the lines of `--save`, without making a sight. Pure.

Nearly all exchanges are plain, and most of their messages have come before: what those look like is remembered.
"""

import json
import re
from binascii import a2b_base64
from dataclasses import dataclass
from functools import lru_cache

from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.records import iso_time, message_fields
from stackwalk.wire.sight import Answered

SHORT = 4096  # characters; of shorter messages it is remembered what they are
REMEMBERED = 512  # such messages
ANSWERED_BEGINS = b'{"sight":"answered",'
ASKED = re.compile(rb'\{"sight":"asked","connection":([0-9]+),"at":[0-9.e-]+,"number":([0-9]+),')
ASKED_BEGINS = b'{"sight":"asked",'
NUMBER = rb"([0-9]+\.[0-9]+)"
SAME = rb"[0-9]+\.[0-9]+"  # the request came in one piece, and so did the answer: its first byte with its last
MESSAGE = rb'\{"head_b64":"[^"]*","body_b64":"[^"]*","body_size":[0-9]+'
PLAIN = re.compile(
    rb'\{"sight":"answered","connection":([0-9]+),"at":[0-9.]+,"exchange":\{"number":([0-9]+),"connection":[0-9]+,'
    rb'"request":(%b\}),"response":(%b,"ended_by":"length"\}),"asked_at":%b,"request_done_at":%b,"answered_at":%b,'
    rb'"done_at":%b(?:,"opened_at":%b,"reached_at":%b)?,"notes":\[\]\}\}'
    % (MESSAGE, MESSAGE, NUMBER, SAME, SAME, NUMBER, NUMBER, NUMBER)
)
RECORD = (
    b'{"format":1,"record":"exchange","outcome":"answered","started":"%b%bZ","connection":%b,"number":%b,'
    b'%b,%b,"milliseconds":%.3f,"at":%b,"times":{"opened":%b,"reached":%b,'
    b'"asked":%b,"request_done":%b,"answered":%b,"done":%b},"request":%b,"response":%b,"notes":[]}\n'
)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A message: as a record has it, and what is counted of it. The same one for every message that is the same."""

    record: bytes
    words: bytes  # its method and target, or its status, as a record has them
    status: int  # an answer's
    size: int  # bytes of head and body
    body_size: int


@dataclass(frozen=True, slots=True, eq=False)
class SaidRequest(Said):
    itself: Request


@dataclass(frozen=True, slots=True, eq=False)
class SaidResponse(Said):
    itself: Response


class Plain:
    """A plain exchange that is over."""

    __slots__ = ("_asked", "_connecting", "_done", "connection", "milliseconds", "number", "request", "response")

    def __init__(self, texts: tuple[bytes, ...]) -> None:
        self.connection, self.number, request, response, asked, done, *self._connecting = texts
        self.request = _request(request) if len(request) <= SHORT else _read_request(request)
        self.response = _response(response) if len(response) <= SHORT else _read_response(response)
        self._asked, self._done = float(asked), float(done)
        self.milliseconds = max(0.0, (self._done - self._asked) * 1000)

    def sight(self) -> Answered:
        """The same as a sight."""
        connection, asked, done = int(self.connection), self._asked, self._done
        opened, reached = (None if one is None else float(one) for one in self._connecting)
        exchange = Exchange(
            int(self.number),
            connection,
            self.request.itself,
            self.response.itself,
            asked,
            asked,
            done,
            done,
            (),
            opened,
            reached,
        )
        return Answered(connection, done, exchange)

    def record(self, epoch: float) -> bytes:
        """What `records.record_line` makes of it."""
        opened, reached = self._connecting
        began, ended = b"%.6f" % (self._asked + epoch), b"%.6f" % (self._done + epoch)
        request, response = self.request, self.response
        return RECORD % (
            _second(began[:-7]),
            began[-6:],
            self.connection,
            self.number,
            request.words,
            response.words,
            max(0.0, (float(ended) - float(began)) * 1000),  # of what is written, so that it can be written again
            ended,
            b"null" if opened is None else b"%.6f" % (float(opened) + epoch),
            b"null" if reached is None else b"%.6f" % (float(reached) + epoch),
            began,
            began,
            ended,
            ended,
            request.record,
            response.record,
        )


def read_plain(line: bytes) -> Plain | None:
    """The plain exchange that a line tells; None: it tells something else."""
    found = PLAIN.match(line)
    return None if found is None else Plain(found.groups())


def read_asked(line: bytes) -> tuple[bytes, bytes] | None:
    """Connection and number of the request that a line tells; None: it tells none."""
    found = ASKED.match(line)
    return None if found is None else (found[1], found[2])


def _read_request(text: bytes) -> SaidRequest:
    fields = json.loads(text)
    head = read_head(a2b_base64(fields["head_b64"]))
    request = Request(head, a2b_base64(fields["body_b64"]), fields["body_size"])
    words = _json({"method": request.method, "target": request.target})[1:-1]
    size = len(head.raw) + request.body_size
    return SaidRequest(_json(message_fields(request)), words, 0, size, request.body_size, request)


def _read_response(text: bytes) -> SaidResponse:
    fields = json.loads(text)
    head = read_head(a2b_base64(fields["head_b64"]))
    response = Response(head, a2b_base64(fields["body_b64"]), fields["body_size"], "length")
    words = _json({"status": response.status})[1:-1]
    size = len(head.raw) + response.body_size
    record = _json({**message_fields(response), "ended_by": "length"})
    return SaidResponse(record, words, response.status or 0, size, response.body_size, response)


_request = lru_cache(REMEMBERED)(_read_request)
_response = lru_cache(REMEMBERED)(_read_response)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


@lru_cache(4)
def _second(at: bytes) -> bytes:
    return iso_time(int(at))[: -len("000000Z")].encode("ascii")
