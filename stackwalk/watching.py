"""The watch command: a check on each save, as lines, by a process that is kept warm.

A save while a check runs begins it anew, and before a verdict is told the folder is looked at once more: a
verdict on files that are no longer so never counts.
"""

import contextlib
import os
import select
import time
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.verdict import Verdict
from stackwalk.check.warm import Warm
from stackwalk.check.warm import warming as keeping_warm
from stackwalk.course.lesson import Course
from stackwalk.course.place import Grading, steps_to_grade
from stackwalk.course.progress import read_progress
from stackwalk.course.reading import read_course
from stackwalk.course.saves import Saves
from stackwalk.course.workspace import Workspace
from stackwalk.errors import StackwalkError
from stackwalk.grading import keep_passed, next_line, say_aside
from stackwalk.heeding import heeding
from stackwalk.screen.console import Screen
from stackwalk.screen.safe import safe
from stackwalk.screen.verdict import draw_verdict
from stackwalk.stack.sweeping import sweep

QUIET = 1  # milliseconds without a change that make a save: what was begun on half of one is taken back
IDLE = 3600.0  # seconds; only a bound


def watch_workspace(course: Course, workspace: Workspace, *, asked: str | None, only: bool, screen: Screen) -> int:
    """Check at once, and on each save, until Ctrl+C (then 0) or until nobody reads.

    Raises StackwalkError where what is asked cannot be graded.
    """
    sweep()
    with Watch(course, workspace, asked, only, screen) as watch:
        with heeding(watch.leave, lambda: None, watch.is_stuck):
            watch.begin()
            while watch.status is None and not screen.closed:
                watch.wait()
        return watch.status or 0


class Watch:
    """The present course, the warm process, the run that counts; a context manager that leaves nothing."""

    def __init__(self, course: Course, workspace: Workspace, asked: str | None, only: bool, screen: Screen) -> None:
        self._course = course
        self._workspace = workspace
        self._asked = asked
        self._only = only
        self._screen = screen
        self.status: int | None = None  # with which to leave
        self._showing = False  # something is being written just now
        self._open = contextlib.ExitStack()
        self._warmth = contextlib.ExitStack()  # the warm process alone: a changed course restarts it
        self._warm: Warm
        self._grading: Grading
        self._saved: tuple[str, ...] = ()  # since the last verdict
        self._followed = ""  # the next thing to do, as it was said last
        self._lessons_changed = False

    def __enter__(self) -> "Watch":
        """Begin to watch."""
        grading = steps_to_grade(self._course, read_progress(self._workspace)[0], self._asked, only=self._only)
        with self._open:
            self._bell, self._ringer = os.pipe()
            for end in (self._bell, self._ringer):
                os.set_blocking(end, False)
                self._open.callback(os.close, end)
            self._saves = self._open.enter_context(
                _watching(Saves(self._workspace.root, self._programs(), self._ring, quiet=QUIET))
            )
            labs = self._course.root / "labs"
            lessons = [str(file.relative_to(labs)) for file in labs.glob("*/*/*.md")]
            self._lessons = self._open.enter_context(_watching(Saves(labs, lessons, self._lesson_saved)))
            self._open.push(self._warmth)
            self._warm = self._warmth.enter_context(keeping_warm(self._course, again=True))
            self._open = self._open.pop_all()
        self._show(
            Text(safe(f"Watching {self._workspace.root}, checking {grading.asked} on each save. Ctrl+C ends it."))
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End all that was begun."""
        self._open.close()

    def leave(self, status: int) -> None:
        """Leave with that status, as soon as can be; may be called by a signal handler."""
        self.status = status
        self._wake()

    def is_stuck(self) -> bool:
        """Whether something is being written: whoever should read it may never do so."""
        return self._showing

    def begin(self) -> None:
        """Begin a run; the one before it no longer counts."""
        progress, note = read_progress(self._workspace)
        if note is not None:
            say_aside(note)
        self._grading = steps_to_grade(self._course, progress, self._asked, only=self._only)
        here = bool(self._saved) and self._grading.steps[-1].id not in progress.passed
        self._warm.start(Plan.to_grade(self._course, self._grading, self._workspace.root, new_seed(), here=here))

    def wait(self) -> None:
        """Wait for a save or for news of the run, and do what it asks."""
        left = self._warm.left
        watched: list[int | Warm] = [self._bell, self._warm]
        ready = select.select(watched, [], [], IDLE if left is None else left)[0]
        if self._bell in ready:
            self._hear_saves()
        elif self._warm in ready:
            self._hear([thing for thing in self._warm.read() if isinstance(thing, Verdict)])
        elif left is not None:
            self._hear([thing for thing in self._warm.give_up() if isinstance(thing, Verdict)])

    def _hear_saves(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._bell, 4096):
                pass
        if self.status is not None:
            return
        if self._lessons_changed:
            self._lessons_changed = False
            self._read_course_again()
        self.begin()

    def _hear(self, verdicts: list[Verdict]) -> None:
        for verdict in verdicts:
            self._saves.compare()
            if select.select([self._bell], [], [], 0)[0]:
                return  # something was saved since it began: the next run counts
            self._tell(verdict)

    def _tell(self, verdict: Verdict) -> None:
        saved, self._saved = self._saved, ()
        progress, _ = read_progress(self._workspace)
        after = keep_passed(self._workspace, progress, verdict)
        head = time.strftime("%H:%M:%S")
        if saved:
            more = f" and {len(saved) - 1} more" if len(saved) > 1 else ""
            head = f"{head}  {saved[0]}{more} changed"
        if not verdict.passed:
            self._show(Text(), Text(safe(head), style="dim"), draw_verdict(verdict, self._screen.width))
            return
        checks = len(verdict.findings)
        said = f"{verdict.asked} passed: {checks} {'check' if checks == 1 else 'checks'} in {verdict.seconds:.2f} s."
        self._show(Text(safe(f"{head}  "), style="dim").append(safe(f"✔ {said}"), style="bold green"))
        following = next_line(self._course, after, self._grading, verdict)
        if following != self._followed:
            self._show(Text(safe(f"→ {following}"), style="bold"))
        self._followed = following

    def _read_course_again(self) -> None:
        try:
            self._course = read_course(self._course.root)
        except StackwalkError as error:
            say_aside(f"{error.what} {error.try_this}")
        self._warmth.close()
        self._warm = self._warmth.enter_context(keeping_warm(self._course, again=True))

    def _show(self, *parts: RenderableType) -> None:
        self._showing = True
        self._screen.show(*parts)
        self._showing = False

    def _programs(self) -> set[str]:
        return {file for lab in self._course.labs for file in lab.files}

    def _ring(self, paths: tuple[str, ...]) -> None:
        """Called by the watcher's threads."""
        self._saved = tuple(dict.fromkeys((*self._saved, *paths)))
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it rings already
            os.write(self._ringer, b".")

    def _lesson_saved(self, _paths: tuple[str, ...]) -> None:
        self._lessons_changed = True
        self._ring(())


@contextlib.contextmanager
def _watching(saves: Saves) -> Iterator[Saves]:
    saves.start()
    try:
        yield saves
    finally:
        saves.stop()
