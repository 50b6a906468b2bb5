"""Takes what a source tells, counts and saves it at once; the screen takes it from here when it can.

A thread of its own, so that a terminal that is slow or stands still (Ctrl+S) loses nothing of what is saved.
"""

import contextlib
import os
import select
import threading
import time
from collections import deque
from typing import Protocol

from stackwalk.errors import StackwalkError
from stackwalk.tap.feed import Subscription
from stackwalk.trace.saving import Saver
from stackwalk.wire.filter import Filter, matches
from stackwalk.wire.message import Exchange
from stackwalk.wire.sight import Answered, Missed, Opened, Sight, Unanswered, Unreadable
from stackwalk.wire.tally import Tally

ROOM = 16 * 1024 * 1024  # bytes that may wait for the screen
EACH = 2000  # bytes that a sight takes beside its bodies, about
A_MOMENT = 0.02  # seconds without a word from the tap: it has told all
LAST_WORDS = 0.5  # seconds for what the tap has not told yet, at the end


class Source(Protocol):
    """What tells sights: a tap, or the feed of one."""

    def fileno(self) -> int: ...

    def read(self) -> list[Sight]: ...


class Choice:
    """The filter, and what it has left out."""

    def __init__(self, chosen: Filter | None) -> None:
        self.left_out = 0  # exchanges
        self._chosen = chosen

    def takes(self, sight: Sight) -> bool:
        if self._chosen is None or isinstance(sight, Opened | Missed):
            return True
        exchange = exchange_of(sight)
        if exchange is None:
            return False
        taken = matches(self._chosen, exchange)
        self.left_out += not taken
        return taken


class Recorder:
    """To be used as a context; `take` what it has."""

    def __init__(self, source: Source, saver: Saver | None, choice: Choice) -> None:
        self.tally = Tally()
        self.ended = False  # nothing more will come
        self._source = source
        self._saver = saver
        self._choice = choice
        self._backlog: deque[Sight] = deque()
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

    def take(self) -> list[Sight]:
        """What has come since. StackwalkError once the source has failed and all before has been taken."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._news, 4096)
        with self._lock:
            taken = list(self._backlog)
            self._backlog.clear()
            self._weight = 0
            if self._missed:
                taken.append(Missed(0, time.monotonic(), self._missed))
                self._missed = 0
        if not taken and self._problem is not None:
            raise self._problem
        return taken

    def _run(self) -> None:
        waiting = select.poll()
        waiting.register(self._source.fileno(), select.POLLIN)
        waiting.register(self._stop, select.POLLIN)
        try:
            while not any(number == self._stop for number, _ in waiting.poll()):
                self._keep(self._source.read())
                if isinstance(self._source, Subscription) and self._source.ended:
                    break
            else:
                self._keep_the_last()
        except StackwalkError as problem:
            self._problem = problem
        self.ended = True
        self._ring()

    def _keep_the_last(self) -> None:
        """What is on its way; traffic that never ends is not waited for."""
        waiting = select.poll()
        waiting.register(self._source.fileno(), select.POLLIN)
        deadline = time.monotonic() + LAST_WORDS
        while time.monotonic() < deadline and waiting.poll(A_MOMENT * 1000):
            sights = self._source.read()
            if isinstance(self._source, Subscription) and self._source.ended:
                deadline = 0.0
            self._keep(sights)

    def _keep(self, sights: list[Sight]) -> None:
        sights = [sight for sight in sights if self._choice.takes(sight)]
        if self._saver is not None:
            self._saver.add(sights)
        with self._lock:
            for sight in sights:
                self.tally.add(sight)
                weight = _weight(sight)
                if self._missed or (self._weight + weight > ROOM and self._backlog):
                    self._missed += 1
                else:
                    self._backlog.append(sight)
                    self._weight += weight
        if sights:
            self._ring()

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._bell, b"!")


def exchange_of(sight: Sight) -> Exchange | None:
    """The exchange that a sight is about, if it is over."""
    return sight.exchange if isinstance(sight, Answered | Unanswered | Unreadable) else None


def _weight(sight: Sight) -> int:
    exchange = exchange_of(sight)
    if exchange is None:
        return EACH
    said = (exchange.request, exchange.response)
    return EACH + sum(len(one.body) + len(one.head.raw) for one in said if one is not None)
