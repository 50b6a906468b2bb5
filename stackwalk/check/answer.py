"""One answer as a client reads it: tolerant of what naive programs send, exact about where it ended.

Pure: bytes are fed in, and a frozen Answer comes out.
"""

import re
from dataclasses import dataclass
from typing import Literal

from stackwalk.check.difference import difference, shortened
from stackwalk.check.failure import LearnerFailure, fail
from stackwalk.check.verdict import Cause
from stackwalk.wire.body import Body, response_body
from stackwalk.wire.message import Head, read_head, status_words

EndedBy = Literal["length", "chunked", "close", "none", "cut", "nothing"]
LIMIT = 64 * 1024 * 1024  # bytes of one answer; more is never kept
INTERIM = 50  # answers with a status of 1xx before the real one
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_MOST_DIGITS = 18  # of a length: beyond that no client has a number for it


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to one request; text is latin-1, which loses nothing."""

    status: int | None  # None: the first line is no status line
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes  # without the sizes of chunks
    raw: bytes  # all of it as it came, what came after the body as well
    first_line: str
    ended_by: EndedBy  # "none": it has no body; "cut": the connection ended before it did; "nothing": no byte came
    head_ended: bool = True  # whether an empty line came
    extra: bytes = b""  # what came after the end of the answer

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, in any case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    def expect_status(self, number: int, message: str) -> None:
        """Raise LearnerFailure with the message unless the status is that number and the head is whole."""
        if self.status == number:
            self.expect_whole_head(message)
            return
        version, _, _ = status_words(self.first_line.encode("latin-1"))
        wanted = (version if version.startswith(b"HTTP/") else b"HTTP/1.1") + f" {number}".encode()
        if self.status is None:
            message = f"{message} What came does not begin with a status line."
        drawn = difference(wanted, self.first_line.encode("latin-1"))
        raise LearnerFailure(message, Cause.WRONG_ANSWER, expected=drawn.expected, actual=drawn.actual)

    def expect_whole_head(self, message: str) -> None:
        """Raise LearnerFailure with the message unless an empty line ends the head; without it nothing is an answer."""
        if self.head_ended:
            return
        fail(
            f"{message} What came is no answer yet: its head ends with an empty line, and none came.",
            expected=_with_empty_line(self.raw),
            actual=self.raw,
        )

    def expect_body(self, body: bytes, message: str, final_newline: bool = False) -> None:
        """Raise LearnerFailure with the message unless the body is exactly that.

        Where final_newline is True, one line end more or less at the very end does not count.
        """
        ours, theirs, extra = body, self.body, self.extra
        if final_newline:
            ours, theirs, extra = _without_newline(ours), _without_newline(theirs), _without_newline(extra)
        if ours != theirs:
            if not self.head_ended and self.raw:
                message = f"{message} No empty line came, so all of it counts as head."
            if extra and body.startswith(self.body):
                message = f"{message} {self._too_much()}"
            fail(message, expected=body, actual=self.body)
        if extra:
            fail(self._too_much(), expected=body, actual=self.body + self.extra)

    def _too_much(self) -> str:
        end = {"length": "the end that Content-Length names", "chunked": "the last chunk"}.get(self.ended_by, "its end")
        if self.extra.lstrip().startswith(b"HTTP/"):
            return f"A second answer came to the same request, after {end}: {len(self.extra)} more bytes."
        return f"The answer goes on after {end}: {len(self.extra)} more bytes came."


def _with_empty_line(raw: bytes) -> bytes:
    """A head that nothing ends, as it was meant: the empty line stands before the first line that is no header."""
    first, *others = raw.rstrip(b"\r\n").splitlines(keepends=True)
    for number, line in enumerate(others):
        if b":" not in line:
            end = b"\r\n" if first.endswith(b"\r\n") else b"\n"
            return first + b"".join(others[:number]) + end + b"".join(others[number:])
    return raw.rstrip(b"\r\n") + b"\r\n\r\n"


def _without_newline(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r") if data.endswith(b"\n") else data


class AnswerReader:
    """One answer in the making: fed bytes until `done`, then `left` is what came after it."""

    def __init__(self, method: str = "GET") -> None:
        self._method = method
        self._raw = bytearray()
        self._searched = 0
        self._start = 0  # of the present head in raw: interim answers (RFC 9110 15.2) come before the real one
        self._head_end: int | None = None
        self._body: Body | None = None
        self._fault: str | None = None  # of the head
        self._interim = 0
        self.done = False
        self.left = b""

    @property
    def received(self) -> int:
        """Bytes that have come."""
        return len(self._raw)

    @property
    def too_large(self) -> bool:
        """Whether more than any answer should have has come."""
        return len(self._raw) > LIMIT

    @property
    def waits_for(self) -> str:
        """What a client would wait for now, in words."""
        if self._head_end is None:
            return "the empty line that ends the head" if self._raw else "a first byte"
        if self._body is not None and self._body.ended_by == "close":
            return "the end of the connection"
        return "the rest of the body"

    def feed(self, data: bytes) -> None:
        """Take more bytes."""
        if self.done:
            self.left += data
            return
        self._raw += data
        if self._head_end is None:
            self._find_head()
            return
        self._feed_body(data)

    def _find_head(self) -> None:
        while True:
            match = _EMPTY_LINE.search(self._raw, max(self._start, self._searched - 2))
            self._searched = len(self._raw)
            if match is None:
                return
            head = read_head(bytes(self._raw[self._start : match.end()]))
            status = _status(head.first_line)
            if status is None or not 100 <= status < 200 or status == 101:
                break
            self._interim += 1
            if self._interim > INTERIM:
                self._fault = f"{INTERIM} interim answers (status 100 to 199) came and no real one"
                self._head_end = match.end()
                self._finish(bytes(self._raw[match.end() :]))
                return
            self._start = self._searched = match.end()
        self._head_end = match.end()
        self._fault = _length_fault(head)
        self._body = response_body(head, self._method, status or 200, LIMIT)
        rest = bytes(self._raw[match.end() :])
        if self._body is None:
            self._finish(rest)
        else:
            self._feed_body(rest)

    def _feed_body(self, data: bytes) -> None:
        if self._body is None:
            return
        taken = self._body.feed(data, 0)
        if self._body.done or self._body.fault is not None:
            self._finish(data[taken:])

    def _finish(self, rest: bytes) -> None:
        self.done = True
        self.left = rest
        if rest:
            del self._raw[len(self._raw) - len(rest) :]

    @property
    def head(self) -> bytes:
        """The head as it came, as far as it came."""
        return bytes(self._raw[self._start : self._head_end])

    @property
    def fault(self) -> str | None:
        """Why the answer cannot be read, or None."""
        if self._fault is not None:
            return self._fault
        return self._body.fault.why if self._body is not None and self._body.fault is not None else None

    def answer(self, extra: bytes = b"") -> Answer:
        """The answer as far as it came; extra is what is known to have come after it."""
        raw = bytes(self._raw)
        end = len(raw) if self._head_end is None else self._head_end
        head = read_head(raw[self._start : end])
        version, _, reason = status_words(head.first_line)
        return Answer(
            status=_status(head.first_line),
            reason=reason.decode("latin-1") if version.startswith(b"HTTP/") else "",
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers),
            body=bytes(self._body.kept) if self._body is not None else b"",
            raw=raw + extra,
            first_line=head.first_line.decode("latin-1"),
            ended_by=self._ended_by(),
            head_ended=self._head_end is not None,
            extra=extra,
        )

    def _ended_by(self) -> EndedBy:
        if not self._raw:
            return "nothing"
        if self._head_end is None:
            return "close"
        if self._body is None:
            return "none"
        if self._body.ended_by == "close" or self.done:
            return self._body.ended_by
        return "cut"

    @property
    def missing(self) -> str:
        """What a cut answer lacks, in words."""
        came = 0 if self._body is None else self._body.size
        if self._body is not None and self._body.ended_by == "chunked":
            return f"{came} bytes of the body came, and the last chunk (0) did not"
        said = read_head(bytes(self._raw[self._start : self._head_end])).header("content-length") or b"?"
        return f"Content-Length says {said.decode('latin-1')} bytes, and {came} came"


def _length_fault(head: Head) -> str | None:
    """Why clients refuse what Content-Length says (RFC 9112 6.3); None where they do not."""
    if head.header("transfer-encoding") is not None:
        return None
    values = [part.strip() for value in head.every("content-length") for part in value.decode("latin-1").split(",")]
    for value in values:
        if not (value.isascii() and value.isdigit()):
            return f"its Content-Length is no number but {shortened(value, 40)!r}"
        if len(value.lstrip("0")) > _MOST_DIGITS:
            return f"its Content-Length has {len(value)} digits, and no body is that long"
    if len({value.lstrip("0") for value in values}) > 1:
        return f"it says two lengths that differ, {shortened(values[0], 40)} and {shortened(values[1], 40)}"
    return None


def _status(first_line: bytes) -> int | None:
    version, code, _ = status_words(first_line)
    known = version.startswith(b"HTTP/") and len(code) == 3 and code.isdigit()
    return int(code) if known else None
