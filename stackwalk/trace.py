"""The trace command: watch what passes at an address, through a tap of its own or on an open lab's feed."""

import contextlib
import os
import select
import time
from collections.abc import Iterator
from typing import IO

from rich.text import Text

from stackwalk.heeding import heeding
from stackwalk.screen.console import Screen
from stackwalk.screen.exchanges import (
    draw_body,
    draw_exchange,
    draw_heads,
    draw_interim,
    draw_missed,
    draw_refused,
    draw_remarks,
    draw_silent,
    draw_unanswered,
    draw_unreadable,
)
from stackwalk.screen.summary import draw_summary
from stackwalk.tap.door import DoorTaken, next_free_port
from stackwalk.tap.feed import Subscription, subscribe
from stackwalk.tap.tapping import Tap, tapping
from stackwalk.wire.address import LAST_PORT, read_address, write_address
from stackwalk.wire.message import Exchange
from stackwalk.wire.sight import Answered, Closed, Interim, Missed, Refused, Sight, Unanswered, Unreadable
from stackwalk.wire.tally import Tally

TRIES = 20  # doors that somebody may snatch away between looking and opening
BODY_LINES = 12  # of each body, with -vv
HEADS, BODIES = 1, 2  # how often -v is said
LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::")


END = Text("Ctrl+C ends.", style="dim")


def run_trace(target: str, *, port: int | None, verbose: int, console: Screen) -> int:
    """Show what passes until Ctrl+C (status 0), the lab's end, or until nobody reads any longer.

    StackwalkError for an address that is none, a door that can't be opened, a target nobody knows.
    """
    host, number = read_address(target)
    with contextlib.ExitStack() as stack:
        watch = Watch(console, verbose)
        stack.callback(watch.close)
        stack.enter_context(heeding(watch.leave, lambda: None, watch.is_stuck))
        feed = subscribe(number) if port is None and host in LOCAL else None
        if feed is not None:
            stack.enter_context(feed)
            here = write_address("localhost", number)
            console.show(Text(f"This is the traffic of the lab that is open on http://{here}."), END, Text())
            watch.run(feed)
        else:
            tap = stack.enter_context(_own_tap(host, number, port))
            console.show(_where(tap, host, number), END, Text())
            watch.run(tap)
    return watch.status or 0


class Watch:
    """The loop: sights in, lines out."""

    def __init__(self, console: Screen, verbose: int) -> None:
        self.status: int | None = None  # to end with, once that was asked for
        self._asked = 0  # how often
        self._console = console
        self._verbose = verbose
        self._tally = Tally()
        self._wake, self._waker = os.pipe()

    def close(self) -> None:
        os.close(self._wake)
        os.close(self._waker)

    def leave(self, status: int) -> None:
        """End soon; to be called from anywhere, a signal's handler too."""
        self.status = status
        self._asked += 1
        os.write(self._waker, b"!")

    def is_stuck(self) -> bool:
        """Whether the end was asked for again: a terminal that takes nothing (Ctrl+S) can't be waited for."""
        return self._asked > 1

    def run(self, source: Tap | Subscription) -> None:
        began = time.monotonic()
        waiting = select.poll()
        waiting.register(source.fileno(), select.POLLIN)
        waiting.register(self._wake, select.POLLIN)
        reader = None if self._console.is_terminal else _file_number(self._console.file)
        if reader is not None:
            waiting.register(reader, 0)  # an error alone: whoever read has left (`| head -1`)
        while self.status is None and not self._console.closed:
            if any(number == reader for number, _ in waiting.poll()):
                return
            sights = source.read()
            self._show(sights)
            if isinstance(source, Subscription) and source.ended:
                self._console.show(Text("The lab has ended."))
                break
        self._console.show(Text(), draw_summary(self._tally, time.monotonic() - began))

    def _show(self, sights: list[Sight]) -> None:
        for sight in sights:
            self._tally.add(sight)
            lines = self._lines(sight)
            if not self._console.is_terminal:
                for line in lines:  # other programs read lines: they stay whole
                    line.no_wrap, line.overflow = True, "ignore"
            if lines:
                self._console.show(*lines)
            if self.status is not None or self._console.closed:
                return

    def _lines(self, sight: Sight) -> list[Text]:
        width, whole = self._console.width, not self._console.is_terminal
        match sight:
            case Answered(exchange=exchange):
                line = draw_exchange(exchange, width, whole=whole)
                return [line, *draw_remarks(exchange), *self._more(exchange)]
            case Unanswered(exchange=exchange):
                return [*draw_unanswered(sight, width, whole=whole), *self._more(exchange)]
            case Unreadable():
                return draw_unreadable(sight, width)
            case Interim():
                return [draw_interim(sight)]
            case Refused(why=why):
                return [draw_refused(why)]
            case Closed(client_bytes=0, server_bytes=0, by="client"):
                return [draw_silent()]
            case Missed(count=count):
                return [draw_missed(count)]
        return []

    def _more(self, exchange: Exchange) -> list[Text]:
        if self._verbose < HEADS:
            return []
        if self._verbose < BODIES:
            return draw_heads(exchange)
        lines: list[Text] = []
        if exchange.request is not None:
            lines += draw_heads(Exchange(exchange.number, exchange.connection, exchange.request, None))
            lines += draw_body(exchange.request.body, exchange.request.body_size, "client", BODY_LINES)
        if exchange.response is not None:
            lines += draw_heads(Exchange(exchange.number, exchange.connection, None, exchange.response))
            lines += draw_body(exchange.response.body, exchange.response.body_size, "server", BODY_LINES)
        return lines


@contextlib.contextmanager
def _own_tap(host: str, number: int, port: int | None) -> Iterator[Tap]:
    """A tap on the port that was asked for, or on the first free one above the target's."""
    for left in reversed(range(TRIES)):
        with contextlib.ExitStack() as stack:
            try:
                own = next_free_port(min(number, LAST_PORT - TRIES)) if port is None else port
                tap = stack.enter_context(tapping(port=own, target=(host, number)))
            except DoorTaken:
                if port is not None or not left:
                    raise
                continue  # somebody was quicker
            yield tap
            return


def _where(tap: Tap, host: str, number: int) -> Text:
    here = f"http://{write_address('localhost', tap.port)}"
    there = write_address(host, number)
    return Text(
        f"Open {here} instead of http://{there}: what goes through there is shown here, and passed on unchanged.\n"
        f"Requests sent straight to {there} are not seen."
    )


def _file_number(file: IO[str]) -> int | None:
    try:
        return file.fileno()
    except (OSError, ValueError):
        return None
