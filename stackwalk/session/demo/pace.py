"""How fast the demo plays, and when it stops.

A signal is only remembered, and acted on where nothing is half done: so that every block that has begun is also
ended in order, however often Ctrl+C is pressed.
"""

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Readable(Protocol):
    """Something that a loop can wait for."""

    def fileno(self) -> int: ...


class Stopped(Exception):
    """The demo was asked to stop; `signal` is the one that did."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.signal = number


class Pace:
    """Waits, for as long as a person needs to read; not at all when nobody watches."""

    def __init__(self, fast: bool, bell: int) -> None:
        self.fast = fast
        self._bell = bell
        self._stopped_by = 0

    def stop(self, number: int) -> None:
        """Remember that this signal came."""
        self._stopped_by = self._stopped_by or number

    def check(self) -> None:
        """Raise Stopped where a signal has come."""
        if self._stopped_by:
            raise Stopped(self._stopped_by)

    def pause(self, seconds: float) -> None:
        """Let a person look for so long. Raises Stopped."""
        if not self.fast:
            select.select([self._bell], [], [], seconds)
        self.check()

    def wait(self, sources: Sequence[Readable], seconds: float) -> None:
        """Wait until one of these is readable, at most so long. Raises Stopped."""
        select.select([self._bell, *sources], [], [], seconds)
        self.check()


@contextlib.contextmanager
def pacing(fast: bool) -> Iterator[Pace]:
    """A pace; Ctrl+C and its like are remembered in it while the block lasts."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    pace = Pace(fast, reading)

    def remember(number: int, frame: FrameType | None) -> None:
        pace.stop(number)
        with contextlib.suppress(BlockingIOError):
            os.write(writing, b"!")

    # Only the main thread may say what signals do.
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, remember) for number in _SIGNALS if main}
    try:
        yield pace
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
