"""The client that checks speak with: raw bytes, every wait with a deadline, all of it noted.

It never tries a connection for its own sake: a naive server takes one that says nothing for a request.
"""

import errno
import select
import socket
import struct
import time
from collections.abc import Callable

from stackwalk.check.answer import LIMIT, Answer, AnswerReader
from stackwalk.check.budget import Budget
from stackwalk.check.difference import shortened, visible
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.transcript import Transcript
from stackwalk.check.verdict import Cause

PATIENCE = 2.0  # seconds without a byte until a program counts as silent
DRIP_FACTOR = 1.5  # an answer whose bytes keep coming has this many times the patience to be over
HURRY = 0.25  # seconds without a byte, after which it counts whether the program waits for a core of the machine
AFTERWARDS = 0.02  # seconds that a connection which stays open after its answer is listened to for more
CHUNK = 256 * 1024
_GONE = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN, errno.EPROTOTYPE)


Judge = Callable[[LearnerFailure], LearnerFailure]  # may know better: the program has died meanwhile


class Connection:
    """One connection to the learner's program; every method raises LearnerFailure where the program fails."""

    def __init__(
        self, family: int, address: tuple[str, int], *, patience: float, budget: Budget,
        transcript: Transcript, judge: Judge, held_up: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        """Connect; OSError where nobody listens or the queue of waiting connections is full.

        held_up: seconds that the program could have run so far, had the machine not been busy with others.
        """
        self._patience = patience
        self._budget = budget
        self._transcript = transcript
        self._judge = judge
        self._held_up = held_up
        self._buffer = b""  # came, and is no answer's yet
        self._all = bytearray()
        self._ended: str | None = None  # "closed" or "reset"
        self._opened = time.monotonic()
        transcript.begin()
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(max(0.001, budget.wait(patience)))
            self._socket.connect(address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise

    def send(self, data: bytes, patience: float | None = None) -> None:
        """Send all of it, in one write where the program reads it; one that has closed is no failure here."""
        deadline = time.monotonic() + self._budget.wait(self._patience if patience is None else patience)
        view, sent = memoryview(data), 0
        while sent < len(data) and self._ended != "reset":
            try:
                count = self._socket.send(view[sent:])
            except BlockingIOError:
                self._await_room(sent, len(data), deadline)
            except OSError as error:
                self._end(error)
            else:
                self._transcript.add("client", data[sent : sent + count])
                sent += count

    def _await_room(self, sent: int, length: int, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._judge(
                LearnerFailure(
                    f"Your program does not read: {sent} of {length} bytes could be sent, "
                    f"and no more for {self._patience:.1f} s.",
                    Cause.TOO_SLOW,
                )
            )
        select.select([], [self._socket], [], left)

    def half_close(self) -> None:
        """Say that no more will be sent; what the program sends can still be read."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            self._end(error)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def reset(self) -> None:
        """Break the connection off: the program sees a reset and no end."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def received(self, patience: float = 1.0) -> bytes:
        """All bytes that have come: until the program closes, or nothing comes for that many seconds."""
        while self._ended is None and len(self._all) < LIMIT and self._receive(self._budget.wait(patience)):
            pass
        return bytes(self._all)

    def answer(self, method: str = "GET", patience: float | None = None, *, whole: bool = True) -> Answer:
        """Read one answer to its end.

        Raises LearnerFailure where it never comes or never ends; where the connection ends in the middle of
        it only if it must be whole, else what came is returned.
        """
        patience = self._patience if patience is None else patience
        begun = last = time.monotonic()
        held: float | None = None  # of the program, when it had said nothing for a while
        reader = AnswerReader(method)
        reader.feed(self._take())
        while not reader.done and self._ended is None:
            now = time.monotonic()
            wait = min(last + patience, begun + patience * DRIP_FACTOR, now + self._budget.left) - now
            if held is None and now - last >= HURRY:
                held = self._held_up()
            elif held is None:
                wait = min(wait, last + HURRY - now)
            if held is not None and wait <= 0 and self._budget.left > 0 and (late := self._held_up() - held) > 0.05:
                # The machine's time and not the program's.
                begun, last, held = begun + late, last + late, held + late
                continue
            if wait <= 0 and self._budget.left == 0 and now - last < patience:
                raise self._judge(self._budget.spent())  # slow all along: this request alone is no worse
            if wait <= 0:
                raise self._judge(self._never_over(reader, now - last, patience))
            if self._receive(wait):
                last = time.monotonic()
                reader.feed(self._take())
            if reader.too_large:
                raise self._judge(
                    LearnerFailure(
                        f"Your program answers without end: {LIMIT // 2**20} MB came to one request.",
                        Cause.TOO_MUCH_OUTPUT,
                    )
                )
        self._buffer = reader.left
        if whole:
            self._must_be_whole(reader)
        return reader.answer()

    def only_answer(self, method: str, patience: float | None = None, *, whole: bool = True) -> Answer:
        """Read one answer and what comes after it, on a connection that has no other use; then close it."""
        answer = self.answer(method, patience, whole=whole)
        if self._ended is None:
            # Werkzeug waits 10 ms for more of a client that may still send.
            self.half_close()
        deadline = time.monotonic() + AFTERWARDS
        while self._ended is None and len(self._buffer) <= LIMIT:
            left = deadline - time.monotonic()
            if left <= 0 or not self._receive(left):
                break
        extra = self._take()
        self.close()
        if whole and self._ended == "reset":
            raise self._judge(_was_reset(len(answer.raw) + len(extra)))
        if not extra:
            return answer
        return Answer(
            answer.status, answer.reason, answer.headers, answer.body, answer.raw + extra, answer.first_line,
            answer.ended_by, answer.head_ended, extra,
        )  # fmt: skip

    def await_close(self, patience: float | None = None) -> bool:
        """Wait until the program has closed the connection or reset it; whether it did in time."""
        deadline = time.monotonic() + self._budget.wait(self._patience if patience is None else patience)
        while self._ended is None and (left := deadline - time.monotonic()) > 0:
            self._receive(left)
        return self._ended is not None

    @property
    def own_port(self) -> int:
        """The client's own port."""
        return int(self._socket.getsockname()[1])

    @property
    def ended(self) -> str | None:
        """ "closed" or "reset" by the program, as far as was read; None while it is open."""
        return self._ended

    def _take(self) -> bytes:
        data, self._buffer = self._buffer, b""
        return data

    def _receive(self, wait: float) -> bool:
        """Take what comes within that many seconds; whether anything came."""
        ready, _, _ = select.select([self._socket], [], [], max(0.0, wait))
        if not ready:
            return False
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError as error:
            self._end(error)
            return False
        if not data:
            # What was sent to a socket that had closed by then comes back as a reset, even after its end of file.
            error_number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._ended = "reset" if error_number in _GONE else "closed"
            return False
        self._transcript.add("server", data)
        self._buffer += data
        if len(self._all) < LIMIT:
            self._all += data
        return True

    def _end(self, error: OSError) -> None:
        if error.errno not in _GONE:
            raise error
        # What came before the program went may still lie in our queue.
        pending = self._pending()
        self._ended = "reset"
        if pending:
            self._transcript.add("server", pending)
            self._buffer += pending
            self._all += pending

    def _pending(self) -> bytes:
        data = b""
        while len(data) < LIMIT:
            try:
                more = self._socket.recv(CHUNK)
            except OSError:
                break
            if not more:
                break
            data += more
        return data

    def _must_be_whole(self, reader: AnswerReader) -> None:
        if reader.fault is not None:
            raise self._judge(
                LearnerFailure(
                    f"No client can read this answer: {reader.fault}.", actual=shortened(visible(reader.head), 400)
                )
            )
        if reader.done:
            return
        came = reader.received
        if self._ended == "reset":
            raise self._judge(_was_reset(came))
        if not came:
            raise self._judge(
                LearnerFailure(
                    "Your program took the request and closed the connection without sending a byte.",
                    Cause.CLOSED_EARLY,
                )
            )
        if reader.answer().ended_by == "cut":
            raise self._judge(
                LearnerFailure(
                    f"Your program closed the connection in the middle of its answer: {reader.missing}.",
                    Cause.CLOSED_EARLY,
                )
            )

    def _never_over(self, reader: AnswerReader, idle: float, patience: float) -> LearnerFailure:
        came, open_for = reader.received, time.monotonic() - self._opened
        if not came:
            return LearnerFailure(
                f"Your program does not answer: the connection has been open {open_for:.1f} s and 0 bytes came.",
                Cause.SILENT,
            )
        if idle < patience / 2:
            return LearnerFailure(
                f"Your program answers too slowly: {came} bytes came in {open_for:.1f} s, "
                f"and the client still waits for {reader.waits_for}.",
                Cause.TOO_SLOW,
            )
        return LearnerFailure(
            f"Your program stopped in the middle: {came} bytes came, then nothing for {idle:.1f} s. The "
            f"connection is still open, and the client waits for {reader.waits_for}.",
            Cause.SILENT,
        )


def _was_reset(came: int) -> LearnerFailure:
    # A close with bytes unread is a reset (RFC 1122, 4.2.2.13).
    what = "without a byte of an answer" if not came else f"after {came} bytes of an answer"
    return LearnerFailure(
        f"The connection was reset {what}. That happens when a program closes a connection before it has read all "
        "that the client sent, or ends.",
        Cause.RESET,
    )
