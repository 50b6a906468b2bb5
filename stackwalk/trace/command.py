"""The trace command: watch an address through a tap of its own or on an open lab's feed; or look at what was saved."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import IO

from rich.text import Text

from stackwalk.errors import StackwalkError
from stackwalk.heeding import Interrupted, heeding
from stackwalk.screen.console import Screen
from stackwalk.screen.safe import safe
from stackwalk.screen.summary import draw_summary
from stackwalk.tap.door import DoorTaken, is_listened_on, next_free_port
from stackwalk.tap.feed import Subscription, subscribe
from stackwalk.tap.outlet import ROOM
from stackwalk.tap.tapping import Tap, tapping
from stackwalk.trace.asked import EVERYTHING, Asked, Wanted, is_local, understand
from stackwalk.trace.opening import Saved
from stackwalk.trace.recorder import Choice, Recorder
from stackwalk.trace.saving import Saver, save_again
from stackwalk.trace.spool import IN_MEMORY, Spool
from stackwalk.trace.view import View
from stackwalk.wire.address import LAST_PORT, write_address
from stackwalk.wire.sight import Missed
from stackwalk.wire.tally import Tally

TRIES = 20  # doors that somebody may snatch away between looking and opening
LAST_LOOK = 0.3  # seconds for showing what is left at the end
STILL = 1.0  # seconds for a terminal that takes nothing, once the end was asked for
ROOM_TO_SAVE = 32 * 1024 * 1024  # bytes that may wait to be saved
ROOM_FOR_ALL = 8 * 1024 * 1024  # the same where the traffic waits for what is saved
NOT_SAVED = 2  # the status where the file took nothing more

END = Text("Ctrl+C ends.", style="dim")


def run_trace(asked: Asked, *, console: Screen, aside: Screen) -> int:
    """Show what passes until Ctrl+C (status 0), the lab's end, or until nobody reads any longer.

    `aside`: for what is said beside the exchanges. StackwalkError, before anything has started, for what can't be
    done: an address that is none, a door that can't be opened, a file that can't be written.
    """
    wanted = understand(asked)
    with contextlib.ExitStack() as stack:
        watch = Watch(console, aside, wanted)
        stack.callback(watch.close)
        stack.enter_context(heeding(watch.leave, lambda: None, watch.is_stuck))
        if wanted.saved is not None:
            watch.show_saved(Saved(wanted.saved))
        elif wanted.target is not None:
            watch.show_live(wanted.target)
    return watch.status or 0


class Watch:
    """The loop: sights in, lines out."""

    def __init__(self, console: Screen, aside: Screen, wanted: Wanted) -> None:
        self.status: int | None = None  # to end with, once that was asked for
        self._asked = 0  # how often
        self._is_drawing = False
        self._console = console
        self._aside = aside
        self._wanted = wanted
        self._choice = Choice(wanted.chosen)
        self._wake, self._waker = os.pipe()

    def close(self) -> None:
        os.close(self._wake)
        os.close(self._waker)

    def leave(self, status: int) -> None:
        """End soon; to be called from anywhere, a signal's handler too."""
        self.status = status
        self._asked += 1
        os.write(self._waker, b"!")
        if self._is_drawing:
            signal.setitimer(signal.ITIMER_REAL, STILL)

    def is_stuck(self) -> bool:
        """Whether the end was asked for again: a terminal that takes nothing (Ctrl+S) can't be waited for."""
        return self._is_drawing and self._asked > 1

    def _is_over(self) -> bool:
        return self.status is not None or self._console.closed

    def show_live(self, target: tuple[str, int]) -> None:
        epoch = time.time() - time.monotonic()
        host, number = target
        wanted = self._wanted
        with contextlib.ExitStack() as stack:
            feed = subscribe(number, wanted.hop) if not wanted.has_own_tap and is_local(target) else None
            saver = stack.enter_context(self._saving(epoch))
            if feed is not None:
                stack.enter_context(feed)
                here = write_address("localhost", number)
                _must_have(feed, wanted.hop, here)
                words = [Text(f"This is the traffic of what stackwalk runs behind http://{here}.")]
            elif wanted.hop is not None:
                raise StackwalkError(
                    f"No stack is up on {write_address(host, number)}, so there is no hop to choose.",
                    "Start it with `stackwalk up`, and name its door without --port and --body-limit.",
                )
            else:
                tap = stack.enter_context(_own_tap(host, number, wanted))
                words = _where(tap, host, number, wanted)
            spool = Spool(None if wanted.save is None else wanted.save.parent)
            recorder = stack.enter_context(Recorder(feed or tap, saver, self._choice, spool))
            with self._drawing():
                self._aside.show(*words, END, Text())
                began = time.monotonic()
                view = self._view(epoch, None if feed is None else feed.hop_of)
                self._run(recorder, view)
                seconds = time.monotonic() - began
            recorder.stop()  # what is counted and saved now is all; the alarm of a terminal must not cut that short
            with self._drawing():
                self._show_the_last(recorder, view)
                self._sum_up(recorder.tally, seconds)

    def show_saved(self, saved: Saved) -> None:
        tally = Tally()
        view = self._view(0.0)
        with self._drawing():
            began = ended = None
            for sight in saved.sights():
                began = sight.at if began is None else min(began, sight.at)
                ended = sight.at if ended is None else max(ended, sight.at)
                if self._choice.takes(sight):
                    tally.add(sight)
                    view.show(sight)
                if self._is_over():
                    return
            view.flush()
            if saved.damaged:
                self._aside.show(Text(f"{saved.damaged:,} of its lines could not be read."))
            self._sum_up(tally, (ended or 0.0) - (began or 0.0))
        if self._wanted.save is not None:
            choice = Choice(self._wanted.chosen)
            save_again(self._wanted.save, (sight for sight in saved.sights() if choice.takes(sight)))
            self._aside.show(_path_line(f"saved in {self._wanted.save}"))

    def _view(self, epoch: float, hop_of: Callable[[int], str] | None = None) -> View:
        wanted = self._wanted
        return View(self._console, verbose=wanted.verbose, as_json=wanted.as_json, epoch=epoch, hop_of=hop_of)

    def _run(self, recorder: Recorder, view: View) -> None:
        waiting = select.poll()
        waiting.register(recorder.fileno(), select.POLLIN)
        waiting.register(self._wake, select.POLLIN)
        reader = None if self._console.is_terminal else _file_number(self._console.file)
        if reader is not None:
            waiting.register(reader, 0)  # an error alone: whoever read has left (`| head -1`)
        while not self._is_over():
            due = view.due()
            patience = None if due is None else max(0.0, due - time.monotonic()) * 1000
            if any(number == reader for number, _ in waiting.poll(patience)):
                return
            view.remind(time.monotonic())
            view.flush()  # the terminal may have another width by now
            for sight in recorder.take():
                view.show(sight)
                if self._is_over():
                    break
            view.flush()
            if recorder.ended:
                self._show_the_last(recorder, view)
                self._aside.show(Text("The lab has ended."))
                break

    def _show_the_last(self, recorder: Recorder, view: View) -> None:
        """What came just before the end; of very much a part, and how much more."""
        until = time.monotonic() + LAST_LOOK
        more = 0
        for sight in recorder.take():
            if time.monotonic() < until:
                view.show(sight)
            else:
                more += 1
        if more:
            view.show(Missed(0, until, more))
        view.flush()

    def _sum_up(self, tally: Tally, seconds: float) -> None:
        self._aside.show(Text(), draw_summary(tally, seconds))
        if self._choice.left_out:
            self._aside.show(Text(f"{self._choice.left_out:,} more did not match the filter."))

    @contextlib.contextmanager
    def _saving(self, epoch: float) -> Iterator[Saver | None]:
        """The file that was asked for; what is to be made of it is made at the block's end, however it ends."""
        if self._wanted.save is None:
            yield None
            return
        with contextlib.closing(Saver(self._wanted.save, epoch)) as saver:
            try:
                yield saver
            finally:
                saver.finish()
                if saver.problem is not None:
                    self.status = NOT_SAVED
            if not self._console.closed:
                with self._drawing():
                    self._aside.show(_saved(saver))

    @contextlib.contextmanager
    def _drawing(self) -> Iterator[None]:
        """While the terminal may be waited for; once the end was asked for, not for long."""

        def give_up(_number: int, _frame: FrameType | None) -> None:
            raise Interrupted

        before = signal.signal(signal.SIGALRM, give_up)
        self._is_drawing = True
        if self._asked:
            signal.setitimer(signal.ITIMER_REAL, STILL)
        try:
            yield
        except Interrupted:
            for console in (self._console, self._aside):
                console.on_broken_pipe()  # what it has not taken is not waited for at the exit either
            raise
        finally:
            self._is_drawing = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _own_tap(host: str, number: int, wanted: Wanted) -> Iterator[Tap]:
    """A tap on the port that was asked for, or on the first free one above the target's."""
    # What no record is made of is not kept beyond what can be shown.
    is_recorded = wanted.save is not None or wanted.as_json
    body_limit = wanted.body_limit if is_recorded else min(wanted.body_limit, IN_MEMORY)
    keep_all = body_limit == EVERYTHING
    room = ROOM_FOR_ALL if keep_all else ROOM if wanted.save is None else ROOM_TO_SAVE
    for left in reversed(range(TRIES)):
        with contextlib.ExitStack() as stack:
            try:
                own = wanted.port or next_free_port(min(number, LAST_PORT - TRIES), wanted.host)
                making = tapping(
                    port=own,
                    host=wanted.host,
                    target=(host, number),
                    body_limit=body_limit,
                    room=room,
                    keep_all=keep_all,
                )
                tap = stack.enter_context(making)
            except DoorTaken:
                if wanted.port is not None or not left:
                    raise
                continue  # somebody was quicker
            yield tap
            return


def _must_have(feed: Subscription, hop: str | None, here: str) -> None:
    """StackwalkError where there is no such hop."""
    if hop is None or (hops := feed.hops()) is None or hop in hops:
        return
    named = [one for one in hops if one]
    raise StackwalkError(
        f"http://{here} has no hop called {hop}.",
        f"Its hops are {', '.join(named)}: name one of them." if named else "It has one hop: leave --hop out.",
    )


def _where(tap: Tap, host: str, number: int, wanted: Wanted) -> list[Text]:
    own = "localhost" if wanted.host in (None, "0.0.0.0", "::") else str(wanted.host)
    here = f"http://{write_address(own, tap.port)}"
    there = write_address(host, number)
    words = [
        Text(f"Open {here} instead of http://{there}: what goes through there is shown here, and passed on unchanged."),
        Text(f"Requests sent straight to {there} are not seen."),
    ]
    if is_local((host, number)) and is_listened_on(number) is False:
        yet = f"Nothing listens on port {number} yet: until something does, whoever comes is turned away."
        words.append(Text(yet, style="yellow"))
    if wanted.is_remote:
        warning = (
            f"Whoever can reach this machine can now reach {there} through port {tap.port}: nobody asks who it is."
        )
        words.append(Text(warning, style="bold yellow"))
    return words


def _saved(saver: Saver) -> Text:
    many = f"{saver.count:,} {'record' if saver.count == 1 else 'records'}"
    if saver.problem is not None:
        return Text(f"{saver.lines} took no more than {many} ({saver.problem}).", style="bold yellow")
    return _path_line(f"{many} saved in {saver.path}")


def _path_line(text: str) -> Text:
    return Text(safe(text), no_wrap=True, overflow="ignore")  # a path is never broken


def _file_number(file: IO[str]) -> int | None:
    try:
        return file.fileno()
    except (OSError, ValueError):
        return None
