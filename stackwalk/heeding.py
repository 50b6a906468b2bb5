"""Signals, heeded by the loop's own way: whatever asks for the end, all that is open is closed in order."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

ENDED_BY_SIGNAL = 128  # and the signal's number: the status that a shell expects


class Interrupted(BaseException):
    """The end was asked for while a terminal takes nothing: waiting for it would be waiting for ever."""


def suspend() -> None:
    """Stop until the shell says "go on", as Ctrl+Z does; in the main thread.

    With no shell above that could say so, the system lets it pass.
    """
    before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, before)


@contextlib.contextmanager
def heeding(
    leave: Callable[[int], None],
    look_again: Callable[[], None],
    stuck: Callable[[], bool],
    pause: Callable[[], None] | None = None,
) -> Iterator[None]:
    """For the length of a block, in the main thread: Ctrl+C calls `leave(0)`, SIGTERM and SIGHUP leave with
    their own status, a resized terminal and one that is ours again call `look_again`.

    Ctrl+Z calls `pause`, and whoever is called gives the terminal back and then calls `suspend`.

    Where `stuck` says that something is being written just then, the block is broken off.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        leave(0 if number == signal.SIGINT else ENDED_BY_SIGNAL + number)
        if stuck():
            raise Interrupted

    def look(_number: int, _frame: FrameType | None) -> None:
        look_again()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if pause is None or stuck():
            suspend()
        else:
            pause()

    handlers = {
        signal.SIGINT: end,
        signal.SIGTERM: end,
        signal.SIGHUP: end,
        signal.SIGWINCH: look,
        signal.SIGCONT: look,
    }
    if signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL:  # a shell that can't go on with us ignores it for us
        handlers[signal.SIGTSTP] = stop
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        with contextlib.suppress(Interrupted):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
