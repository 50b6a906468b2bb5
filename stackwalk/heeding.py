"""Signals, heeded by the loop's own way: whatever asks for the end, all that is open is closed in order."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

ENDED_BY_SIGNAL = 128  # and the signal's number: the status that a shell expects


class Interrupted(BaseException):
    """The end was asked for while a terminal takes nothing: waiting for it would be waiting for ever."""


@contextlib.contextmanager
def heeding(leave: Callable[[int], None], look_again: Callable[[], None], stuck: Callable[[], bool]) -> Iterator[None]:
    """For the length of a block, in the main thread: Ctrl+C calls `leave(0)`, SIGTERM and SIGHUP leave with
    their own status, a resized terminal and one that is ours again call `look_again`.

    Where `stuck` says that something is being written just then, the block is broken off.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        leave(0 if number == signal.SIGINT else ENDED_BY_SIGNAL + number)
        if stuck():
            raise Interrupted

    def look(_number: int, _frame: FrameType | None) -> None:
        look_again()

    handlers = {
        signal.SIGINT: end,
        signal.SIGTERM: end,
        signal.SIGHUP: end,
        signal.SIGWINCH: look,
        signal.SIGCONT: look,
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        with contextlib.suppress(Interrupted):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
