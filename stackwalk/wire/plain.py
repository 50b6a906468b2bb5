"""Plain exchanges, from the lines that a `Scribe` writes to the lines of `--save`, without making a sight. Pure.

Nearly all exchanges are plain, and most of their messages have come before: what those look like is remembered.
"""

import json
import re
from binascii import a2b_base64
from dataclasses import dataclass
from functools import lru_cache

from stackwalk.wire.message import Request, Response, read_head
from stackwalk.wire.records import MOST_DIGITS, iso_time, message_fields

SHORT = 4096  # characters; of shorter messages it is remembered what they are
REMEMBERED = 512  # such messages
ANSWERED_BEGINS = b'{"sight":"answered",'
ASKED_BEGINS = b'{"sight":"asked",'
NUMBER = rb"([0-9]+\.[0-9]+)"
MESSAGE = rb'\{"head_b64":"[^"]*","body_b64":"[^"]*","body_size":[0-9]+'
PLAIN = re.compile(
    rb'\{"sight":"answered","connection":([0-9]+),"at":[0-9.]+,"exchange":\{"number":([0-9]+),"connection":[0-9]+,'
    rb'"request":(%b\}),"response":(%b,"ended_by":"length"\}),"asked_at":%b,"request_done_at":%b,"answered_at":%b,'
    rb'"done_at":%b(?:,"opened_at":%b,"reached_at":%b)?,"notes":\[\]\}\}'
    % (MESSAGE, MESSAGE, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER)
)
RECORD = (
    b'{"format":1,"record":"exchange","outcome":"answered","started":"%b%06dZ","connection":%b,"number":%b,'
    b'"method":%b,"target":%b,"status":%b,"milliseconds":%.3f,"at":%.6f,"times":{"opened":%b,"reached":%b,'
    b'"asked":%.6f,"request_done":%.6f,"answered":%.6f,"done":%.6f},"request":%b,"response":%b,"notes":[]}\n'
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message: as a record has it, and what is counted of it."""

    record: bytes
    method: bytes  # a request's, as JSON
    target: bytes
    status: int  # an answer's
    size: int  # bytes of head and body
    body_size: int


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain exchange that is over."""

    connection: bytes
    number: bytes
    request: Said
    response: Said
    asked_at: float
    request_done_at: float
    answered_at: float
    done_at: float
    opened_at: float | None
    reached_at: float | None

    @property
    def milliseconds(self) -> float:
        return max(0.0, (self.done_at - self.asked_at) * 1000)

    def record(self, epoch: float) -> bytes:
        """What `records.record_line` makes of it."""
        asked, done = round(self.asked_at + epoch, MOST_DIGITS), round(self.done_at + epoch, MOST_DIGITS)
        second = int(asked)
        micro = round((asked - second) * 1_000_000)
        if micro == 1_000_000:
            second, micro = second + 1, 0
        return RECORD % (
            _second(second),
            micro,
            self.connection,
            self.number,
            self.request.method,
            self.request.target,
            b"%d" % self.response.status,
            round(max(0.0, (done - asked) * 1000), 3),
            done,
            _moment(self.opened_at, epoch),
            _moment(self.reached_at, epoch),
            asked,
            self.request_done_at + epoch,
            self.answered_at + epoch,
            done,
            self.request.record,
            self.response.record,
        )


def read_plain(line: bytes) -> Plain | None:
    """The plain exchange that a line tells; None: it tells something else."""
    found = PLAIN.match(line)
    if found is None:
        return None
    connection, number, request, response, asked, request_done, answered, done, opened, reached = found.groups()
    return Plain(
        connection,
        number,
        _request(request) if len(request) <= SHORT else _read_request(request),
        _response(response) if len(response) <= SHORT else _read_response(response),
        float(asked),
        float(request_done),
        float(answered),
        float(done),
        None if opened is None else float(opened),
        None if reached is None else float(reached),
    )


def _read_request(text: bytes) -> Said:
    fields = json.loads(text)
    head = read_head(a2b_base64(fields["head_b64"]))
    request = Request(head, a2b_base64(fields["body_b64"]), fields["body_size"])
    method, target = _json(request.method), _json(request.target)
    return Said(_json(message_fields(request)), method, target, 0, len(head.raw) + request.body_size, request.body_size)


def _read_response(text: bytes) -> Said:
    fields = json.loads(text)
    head = read_head(a2b_base64(fields["head_b64"]))
    response = Response(head, a2b_base64(fields["body_b64"]), fields["body_size"], "length")
    record = _json({**message_fields(response), "ended_by": "length"})
    return Said(record, b"", b"", response.status or 0, len(head.raw) + response.body_size, response.body_size)


_request = lru_cache(REMEMBERED)(_read_request)
_response = lru_cache(REMEMBERED)(_read_response)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


@lru_cache(4)
def _second(at: int) -> bytes:
    return iso_time(at)[: -len("000000Z")].encode("ascii")


def _moment(at: float | None, epoch: float) -> bytes:
    return b"null" if at is None else b"%.6f" % (at + epoch)
