"""One run of checks, from outside: a process is forked, its findings come over a pipe, its time is watched.

A run that hangs, dies or says nonsense is broken, and that is never blamed on the learner. Where this process
has threads, a warm process is started and forks in its stead.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from stackwalk.check.child import PR_SET_CHILD_SUBREAPER, fork_run, prctl
from stackwalk.check.plan import Plan
from stackwalk.check.verdict import Finding, Outcome, Verdict, steps_that_ran
from stackwalk.errors import StackwalkError
from stackwalk.stack import kin

SCRATCH = "stackwalk-check-"
GRACE = 2.0  # seconds in which a run that is over may end its programs
OnFinding = Callable[[Finding], None]


class Tally:
    """What a run has said so far; it becomes one verdict, whatever the run did."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.findings: list[Finding] = []
        self.done = False
        self._blocked: str | None = None
        self._began: tuple[str, str, str] | None = None
        self._at = self._check_began_at = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds until the run counts as hanging."""
        return max(0.0, self._at + self.plan.deadline - time.monotonic())

    def take(self, line: bytes) -> Finding | None:
        """Take one line of a run; the finding in it, if it is one."""
        try:
            word, value = next(iter(json.loads(line).items()))
        except (ValueError, AttributeError, StopIteration):
            return None
        return self.note(word, value)

    def note(self, word: str, value: Any) -> Finding | None:
        """Take one word of a run and what belongs to it."""
        if word == "began":
            step, name, title = value
            self._began = (step, name, title)
            self._check_began_at = time.monotonic()
        elif word == "blocked":
            self._blocked, self.done = value, True
        elif word == "done":
            self.done = True
        elif word == "finding":
            finding = Finding.from_value(value)
            if self._began is not None:
                finding = replace(finding, seconds=time.monotonic() - self._check_began_at)
            self._began = None
            self.findings.append(finding)
            return finding
        return None

    def break_off(self, why: str) -> Finding | None:
        """The run ended before it was done; the finding that says so, None where it was done."""
        if self.done:
            return None
        first = self.plan.steps[0]
        step, name, title = self._began or (first.id, "check", first.title)
        message = f"This check is broken; that is a slip of the lab's, not of yours: {why}."
        finding = Finding(step, name, title, Outcome.BROKEN, message=message)
        self.findings.append(finding)
        return finding

    def verdict(self) -> Verdict:
        """The verdict on what was found."""
        seconds = time.monotonic() - self._at
        found = tuple(self.findings)
        return Verdict(self.plan.asked, steps_that_ran(found), self.plan.seed, seconds, found, self._blocked)


def grade(
    plan: Plan, *, on_finding: OnFinding | None = None, meanwhile: Callable[[], None] | None = None
) -> Verdict:
    """Run the plan's checks and give exactly one verdict; on_finding is called for each finding.

    meanwhile is called once, when the run has begun: there the caller gets ready for the verdict.
    """
    if threading.active_count() > 1:
        from stackwalk.check.warm import grade_elsewhere

        return grade_elsewhere(plan, on_finding=on_finding)
    tally = Tally(plan)
    with scratch_folder() as scratch, reaping():
        pid, reading = fork_run(plan, scratch)
        try:
            if meanwhile is not None:
                meanwhile()
            _follow(tally, reading, on_finding or (lambda finding: None), scratch)
        finally:
            os.close(reading)
            end_run(pid, GRACE if tally.done else 0.0)
    return tally.verdict()


def _follow(tally: Tally, reading: int, on_finding: OnFinding, scratch: Path) -> None:
    pending = b""
    why = f"it did not come to an end within {tally.plan.deadline:.0f} s"
    while not tally.done and (left := tally.left) > 0:
        if not select.select([reading], [], [], left)[0]:
            break
        data = os.read(reading, 65536)
        if not data:
            why = f"its process ended in the middle{last_print(scratch)}"
            break
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            finding = tally.take(line)
            if finding is not None:
                on_finding(finding)
    broken = tally.break_off(why)
    if broken is not None:
        on_finding(broken)


def last_print(scratch: Path) -> str:
    """The last line that the run printed, as a clause."""
    with contextlib.suppress(OSError):
        lines = (scratch / "prints").read_bytes()[-2000:].decode("utf-8", "replace").split("\n")
        printed = [line for line in lines if line.strip()]
        if printed:
            return f" ({printed[-1].strip()[:200]})"
    return ""


def end_run(pid: int, patience: float) -> None:
    """Wait until a run's process has ended; one that does not within so many seconds is killed."""
    deadline = time.monotonic() + patience
    pause = 0.001
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        select.select([], [], [], pause)
        pause = min(pause * 1.5, 0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@contextlib.contextmanager
def reaping() -> Iterator[None]:
    """For the length of a block, orphans of a run that was killed come to us, and are waited for."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    before = set(kin.children(os.getpid()))
    try:
        yield
    finally:
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and (orphans := set(kin.children(os.getpid())) - before):
            for orphan in orphans:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan, os.WNOHANG)
            select.select([], [], [], 0.002)
        prctl(PR_SET_CHILD_SUBREAPER, 0)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of the run's own; at the end it is gone, whatever rights a program set in it."""
    folder = make_scratch()
    try:
        yield folder
    finally:
        remove(folder)


def make_scratch() -> Path:
    """A folder for one run, named after this process. Raises StackwalkError where none can be made."""
    try:
        return Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-")).resolve()
    except OSError as error:
        raise StackwalkError(
            f"No temporary folder could be made in {tempfile.gettempdir()}: {error.strerror or error}.",
            "Make room there, or set TMPDIR to another folder.",
        ) from error


def remove(folder: Path) -> None:
    """Remove a folder with all in it; folders that a program locked are opened first."""

    def unlock(_function: object, path: str, _error: object) -> None:
        with contextlib.suppress(OSError):
            os.chmod(Path(path).parent, 0o700)  # noqa: PTH101
            os.chmod(path, 0o700)  # noqa: PTH101

    shutil.rmtree(folder, onerror=unlock)
    shutil.rmtree(folder, ignore_errors=True)
