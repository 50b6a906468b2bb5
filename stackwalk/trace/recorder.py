"""Takes what a source tells, counts and saves it at once; the screen takes it from here when it can.

A thread of its own, so that a terminal that is slow or stands still (Ctrl+S) loses nothing of what is saved.
"""

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Protocol

from stackwalk.errors import StackwalkError
from stackwalk.tap.feed import Subscription
from stackwalk.trace.saving import Saver
from stackwalk.trace.spool import Spool
from stackwalk.wire.filter import Filter, matches
from stackwalk.wire.lines import PIECE_BEGINS, from_line
from stackwalk.wire.message import Exchange
from stackwalk.wire.plain import ASKED_BEGINS, Plain, read_asked, read_plain
from stackwalk.wire.sight import (
    Answered,
    Begun,
    Closed,
    Framed,
    Missed,
    Opened,
    Sight,
    Streamed,
    Unanswered,
    Unreadable,
)
from stackwalk.wire.tally import Tally

ROOM = 16 * 1024 * 1024  # bytes that may wait for the screen
FILE = 256 * 1024  # bytes that an open file is counted as: there may not be many
PLAIN = 600  # bytes that a plain exchange takes, about
MOST_ASKED = 10_000
EACH = 2000  # bytes that a sight takes beside its bodies, about
MOST_FOLLOWED = 10_000
SWITCHED = 0  # instead of the number of an exchange: the connection speaks WebSocket now
A_MOMENT = 0.02  # seconds without a word from the source
LAST_WORDS = 10.0  # seconds for what it has seen and not told yet, at the end


class Source(Protocol):
    """What tells sights: a tap, or the feed of one."""

    def fileno(self) -> int: ...

    def read_lines(self) -> list[bytes]: ...

    def mark(self) -> Callable[[], bool]:
        """Whether all that had been seen before this call has been read by now."""
        ...


class Choice:
    """The filter, and what it has left out."""

    def __init__(self, chosen: Filter | None) -> None:
        self.left_out = 0  # exchanges
        self.takes_all = chosen is None
        self._chosen = chosen
        self._followed: dict[tuple[int, int], None] = {}  # exchanges whose frames and events are taken, too

    def takes(self, sight: Sight) -> bool:
        if self._chosen is None or isinstance(sight, Opened | Missed):
            return True
        if isinstance(sight, Streamed):
            return (sight.connection, sight.number) in self._followed
        if isinstance(sight, Framed):
            return (sight.connection, SWITCHED) in self._followed
        if isinstance(sight, Begun):
            taken = matches(self._chosen, sight.exchange)
            if taken:
                self._follow(sight.connection, sight.exchange.number)
            return taken
        exchange = exchange_of(sight)
        if exchange is None:
            return False
        taken = matches(self._chosen, exchange)
        self.left_out += not taken
        if taken and exchange.response is not None and exchange.response.status == 101:
            self._follow(exchange.connection, SWITCHED)
        return taken

    def _follow(self, connection: int, number: int) -> None:
        self._followed[connection, number] = None
        if len(self._followed) > MOST_FOLLOWED:
            del self._followed[next(iter(self._followed))]


class Recorder:
    """To be used as a context; `take` what it has."""

    def __init__(self, source: Source, saver: Saver | None, choice: Choice, spool: Spool | None = None) -> None:
        self.tally = Tally()
        self.ended = False  # nothing more will come
        self._source = source
        self._saver = saver
        self._choice = choice
        self._spool = spool or Spool()
        self._backlog: list[Plain | Sight] = []
        self._asked: dict[tuple[bytes, bytes], bytes] = {}  # lines of requests that nobody has looked at: who answers
        self._is_rung = False  # whoever looks has not come yet
        self._weight = 0
        self._missed = 0
        self._problem: StackwalkError | None = None
        self._lock = threading.Lock()
        self._news, self._bell = os.pipe()
        self._stop, self._stopper = os.pipe()
        for number in (self._news, self._bell):
            os.set_blocking(number, False)
        self._thread = threading.Thread(target=self._run, name="recorder")

    def __enter__(self) -> "Recorder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number in (self._news, self._bell, self._stop, self._stopper):
            os.close(number)

    def stop(self) -> None:
        """Take what has been told by now, and no more."""
        if self._thread.is_alive():
            os.write(self._stopper, b"!")
            self._thread.join()

    def fileno(self) -> int:
        """Ready to be read when there is something to `take`."""
        return self._news

    def take(self) -> list[Plain | Sight]:
        """What has come since. StackwalkError once the source has failed and all before has been taken."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._news, 4096)
        self._is_rung = False
        with self._lock:
            asked, self._asked = self._asked, {}
            backlog, self._backlog = self._backlog, []
            self._weight = 0
            if self._missed:
                backlog.append(Missed(0, time.monotonic(), self._missed))
                self._missed = 0
        taken: list[Plain | Sight] = []
        for line in asked.values():
            with contextlib.suppress(ValueError):  # a newer stackwalk may tell what this one does not know
                taken.append(from_line(line))
        taken += backlog
        if not taken and self._problem is not None:
            raise self._problem
        return taken

    def _run(self) -> None:
        waiting = select.poll()
        waiting.register(self._source.fileno(), select.POLLIN)
        waiting.register(self._stop, select.POLLIN)
        try:
            self._keep(self._source.read_lines())  # some may have been read before, with what else came
            while not any(number == self._stop for number, _ in waiting.poll()):
                self._keep(self._source.read_lines())
                if isinstance(self._source, Subscription) and self._source.ended:
                    break
            else:
                self._keep_the_last()
        except StackwalkError as problem:
            self._problem = problem
        self.ended = True
        self._ring()

    def _keep_the_last(self) -> None:
        """What had been seen by now; traffic that never ends is not waited for."""
        is_all = self._source.mark()
        waiting = select.poll()
        waiting.register(self._source.fileno(), select.POLLIN)
        deadline = time.monotonic() + LAST_WORDS
        while time.monotonic() < deadline and not is_all():
            waiting.poll(A_MOMENT * 1000)
            lines = self._source.read_lines()
            if isinstance(self._source, Subscription) and self._source.ended:
                deadline = 0.0
            self._keep(lines)

    def _keep(self, lines: list[bytes]) -> None:
        """Count and save what these lines tell, and leave it for the screen."""
        shown = [one for line in lines if (one := self._note(line)) is not None]
        if self._saver is not None:
            self._saver.flush()
        if not shown and not self._asked:
            return
        with self._lock:
            for one in shown:
                weight = PLAIN if isinstance(one, Plain) else _weight(one)
                if self._missed or (self._weight + weight > ROOM and self._backlog):
                    self._missed += 1
                else:
                    self._backlog.append(one)
                    self._weight += weight
        self._ring()

    def _note(self, line: bytes) -> Plain | Sight | None:
        """One line; what is left of it for the screen."""
        if line.startswith(PIECE_BEGINS):
            self._spool.add(line)
            return None
        if self._choice.takes_all:
            # Nearly all that passes: no sight is made of it before somebody looks.
            if line.startswith(ASKED_BEGINS) and (key := read_asked(line)) is not None:
                with self._lock:
                    self._asked[key] = line
                    if len(self._asked) > MOST_ASKED:
                        del self._asked[next(iter(self._asked))]
                return None
            plain = read_plain(line)
            if plain is not None:
                with self._lock:
                    self._asked.pop((plain.connection, plain.number), None)
                if self.tally.add_plain(plain):
                    self.tally.slowest = plain.sight().exchange
                if self._saver is not None:
                    self._saver.put(plain)
                return plain
        try:
            sight = self._spool.completed(from_line(line))
        except ValueError:
            return None  # a newer stackwalk may tell what this one does not know
        exchange = exchange_of(sight)
        if exchange is not None and self._asked:
            with self._lock:
                self._asked.pop((b"%d" % exchange.connection, b"%d" % exchange.number), None)
        if isinstance(sight, Closed):
            self._spool.forget(sight.connection)
        if not self._choice.takes(sight):
            return None
        if self._saver is not None:
            self._saver.put(sight)
        self.tally.add(sight)
        return sight

    def _ring(self) -> None:
        if not self._is_rung:
            self._is_rung = True
            os.write(self._bell, b"!")


def exchange_of(sight: Sight) -> Exchange | None:
    """The exchange that a sight is about, if it is over."""
    return sight.exchange if isinstance(sight, Answered | Unanswered | Unreadable) else None


def _weight(sight: Sight) -> int:
    exchange = exchange_of(sight)
    if exchange is None:
        return EACH
    said = tuple(one for one in (exchange.request, exchange.response) if one is not None)
    files = FILE * sum(one.whole is not None for one in said)
    return EACH + files + sum(len(one.body) + len(one.head.raw) for one in said)
