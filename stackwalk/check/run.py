"""One run under way: its parts are forked, some at once, and what they find comes out in the plan's order.

A part that hangs, dies or says nonsense is broken, and that is never blamed on the learner. Where a check of one
part falls short, the parts after it are ended: their checks are skipped, as they are where all runs in a row.
"""

import json
import os
import select
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from stackwalk.check.child import fork_run, open_gate
from stackwalk.check.plan import SIDE_BY_SIDE, Plan
from stackwalk.check.scratch import last_print, make_scratch, remove
from stackwalk.check.tally import Tally
from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict, steps_that_ran
from stackwalk.errors import StackwalkError

Fork = Callable[[Plan, Path, bool], tuple[int, int]]  # begins a part, gated or not: its process, and what it says
GRACE = 2.0  # seconds in which a part that is over may end its programs


class Part:
    """One part in a process of its own, once it has begun."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = Tally(plan)
        self.begun = False
        self.over = False
        self.ended = False  # its process has been waited for
        self._kill_at: float | None = None  # it is over, and may still end its programs until then
        self.pid = self.reading = -1
        self._pending = b""

    def begin(self, fork: Fork, scratch: Path, *, gated: bool) -> None:
        """Begin it, with a folder of its own."""
        self._scratch = scratch
        self.tally = Tally(self.plan)
        self.pid, self.reading = fork(self.plan, scratch, gated)
        self.begun = True

    @property
    def heard(self) -> bool:
        """Whether something may come of it."""
        return self.begun and not self.over

    def open(self, seed: str) -> None:
        """Let it begin, where it waits at its gate."""
        self.plan = replace(self.plan, seed=seed)
        self.tally = Tally(self.plan)
        if self.begun:
            open_gate(self.reading, seed)

    def hear(self) -> None:
        """Take in what it says."""
        try:
            data = os.read(self.reading, 65536)
        except ConnectionResetError:  # it ended, and had not read all that was written to it
            data = b""
        if not data:
            self.break_off(f"its process ended in the middle{last_print(self._scratch)}")
            return
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            word, value = next(iter(json.loads(line).items()))
            self.tally.note(word, value)
        self.over = self.tally.done

    def look(self) -> None:
        """Break it off where its time is up."""
        if not self.over and self.tally.left == 0:
            self.break_off(f"it did not come to an end within {self.plan.deadline:.0f} s")

    def break_off(self, why: str) -> None:
        """It is over without having come to its end."""
        self.tally.break_off(why)
        self.over = True

    def leave(self) -> None:
        """It is heard no longer: killed, unless it has come to its end and only ends its programs."""
        os.close(self.reading)
        if self.tally.done:
            self._kill_at = time.monotonic() + GRACE
        else:
            self.kill()

    def kill(self) -> None:
        """End it now; its guardian sees that, and ends its programs."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> bool:
        """Whether its process has ended; killed where it was given time, and that is over."""
        if self._kill_at is not None and time.monotonic() > self._kill_at:
            self.kill()
        if not self.ended:
            try:
                self.ended = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            except ChildProcessError:
                self.ended = True
        return self.ended

    def remove(self) -> None:
        """Remove its folder, once nothing of it runs any longer."""
        remove(self._scratch)


class Run:
    """The parts of one run, and what may be told of them so far: a single one, unless they are given."""

    def __init__(
        self, plan: Plan, *, gated: bool = False, parts: tuple[Plan, ...] = (), fork: Fork = fork_run,
        make_folder: Callable[[], Path] = make_scratch,
    ) -> None:  # fmt: skip
        """Begin it. Raises StackwalkError where it can have no folder."""
        self.plan = plan
        self._fork = fork
        self._make_folder = make_folder
        self._several = len(parts) > 1
        self.done = False
        self.blocked: str | None = None  # why nothing ran
        self._leaving: list[Part] = []  # heard no longer; their folders are still there
        self._stamp = _stamp(plan) if gated else ()
        self._gated = gated  # its parts get ready, and wait for open()
        self._findings: list[Finding] = []
        self._parts = [Part(part) for part in parts or (plan,)]  # in the plan's order, without those that are told
        self._told = 0  # findings of the first part
        self._failed: str | None = None  # the step of the first finding that fell short
        self._began = time.monotonic()
        try:
            self._fill()
        except StackwalkError:
            self.retire()
            raise

    def fits(self, plan: Plan) -> bool:
        """Whether a gated run is good for this plan: but for the seed it is the same, and no check has changed."""
        same = replace(self.plan, seed=plan.seed) == plan and self._stamp == _stamp(plan)
        return same and not select.select(self.readable, [], [], 0)[0]

    def open(self, plan: Plan) -> None:
        """Let a gated run begin, with this plan's seed. Raises OSError where a part of it has ended."""
        self.plan, self._gated = plan, False
        self._began = time.monotonic()
        for part in self._parts:
            part.open(plan.seed)

    @property
    def pids(self) -> set[int]:
        """The processes of its parts that have not been waited for."""
        return {part.pid for part in (*self._parts, *self._leaving) if part.begun and not part.ended}

    @property
    def readable(self) -> list[int]:
        """The descriptors on which something may come; hear() takes those that are ready."""
        return [part.reading for part in self._parts if part.heard]

    @property
    def left(self) -> float:
        """Seconds until hear() is due even where nothing came."""
        return min((part.tally.left for part in self._parts if part.heard), default=0.0)

    def hear(self, ready: Collection[int]) -> list[Finding]:
        """Take in what came, and return the findings that can be told now, in the plan's order."""
        for part in self._parts:
            if part.heard:
                if part.reading in ready:
                    part.hear()
                part.look()
        self._cut()
        told = self._tell()
        self._fill()
        self.done = not self._parts
        self._findings += told
        return told

    def retire(self) -> None:
        """The run counts no longer, or is done: its processes go, each in its time."""
        self._drop(0)

    def ended(self, pid: int) -> None:
        """Somebody else has waited for this process."""
        for part in [*self._parts, *self._leaving]:
            part.ended = part.ended or part.pid == pid

    def bury(self) -> bool:
        """After retire: whether all its processes have ended."""
        gone = [part.bury() for part in self._leaving]
        return all(gone)

    def remove(self) -> None:
        """Remove its folders, once nothing of it runs any longer, orphans included."""
        for part in self._leaving:
            part.remove()

    def verdict(self) -> Verdict:
        """The verdict on what was found."""
        found = tuple(self._findings)
        seconds = time.monotonic() - self._began
        blocked = None if found else self.blocked
        return Verdict(self.plan.asked, steps_that_ran(found), self.plan.seed, seconds, found, blocked)

    def _fill(self) -> None:
        """Begin parts while few enough run: the first, for it decides, then the last ones, for they take longest."""
        while len(self.readable) < SIDE_BY_SIDE:
            waiting = [part for part in self._parts if not part.begun]
            if not waiting:
                return
            next_one = waiting[0] if waiting[0] is self._parts[0] else waiting[-1]
            next_one.begin(self._fork, self._make_folder(), gated=self._gated)

    def _cut(self) -> None:
        """End the parts of the steps that come after one that fell short."""
        if self.plan.each:
            return
        for place, part in enumerate(self._parts):
            if part.tally.blocked is not None or any(map(_falls_short, part.tally.findings)):
                last = part.plan.steps[-1]
                same = sum(later.plan.steps == (last,) for later in self._parts[place + 1 :])
                self._drop(place + 1 + (same if part.tally.blocked is None else 0))
                return

    def _tell(self) -> list[Finding]:
        """What can be told: all of the first part, and of the next ones once those before are over."""
        told: list[Finding] = []
        while self._parts:
            first = self._parts[0]
            findings = first.tally.findings[self._told :]
            self._told += len(findings)
            told += findings
            if self._failed is None:
                self._failed = next((finding.step for finding in findings if _falls_short(finding)), None)
            if not first.over:
                break
            if first.tally.blocked is not None:
                told += self._note_blocked(first, bool(self._findings or told))
            self._parts.pop(0)
            self._told = 0
            first.leave()
            self._leaving.append(first)
            self._name_the_skipped(first)
        return told

    def _note_blocked(self, part: Part, anything_ran: bool) -> list[Finding]:
        """Why a part could not even begin: the run's message where nothing ran, else a finding."""
        self.blocked = part.tally.blocked
        if not anything_ran and not (self.plan.each and self._several):
            return []
        step = part.plan.steps[0]
        self._failed = self._failed or step.id
        return [Finding(step.id, "check", step.title, Outcome.BLOCKED, Cause.NEEDS, self.blocked or "")]

    def _name_the_skipped(self, part: Part) -> None:
        """Where a step fell short and later parts were cut: a last part names their checks."""
        over = self._parts or part.plan.skipped_for is not None
        if self._failed is None or self.plan.each or over or not self._several:
            return
        steps = self.plan.steps
        later = steps[steps.index(part.plan.steps[-1]) + 1 :]
        if later:
            failed = next(step for step in steps if step.id == self._failed)
            self._parts.append(Part(self.plan.skipping(later, failed)))

    def _drop(self, place: int) -> None:
        for part in self._parts[place:]:
            if part.begun:
                part.leave()
                self._leaving.append(part)
        del self._parts[place:]


def _falls_short(finding: Finding) -> bool:
    return finding.outcome not in (Outcome.PASSED, Outcome.SKIPPED)


def _stamp(plan: Plan) -> tuple[tuple[int, int, int], ...]:
    """What changes when a check file of the plan is saved."""
    stamps = []
    for file in (step.check for step in plan.steps if step.check is not None):
        try:
            facts = file.stat()
        except OSError:
            stamps.append((0, 0, 0))
        else:
            stamps.append((facts.st_ino, facts.st_size, facts.st_mtime_ns))
    return tuple(stamps)
