"""One trial of a course's proof: whose files are graded, on which steps, and what must come of it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from stackwalk.check.plan import Plan
from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.lesson import Attempt, Course, Lab, Step
from stackwalk.course.reading import read_attempts

Kind = Literal["solution", "start", "earlier", "attempt"]


@dataclass(frozen=True, slots=True)
class Trial:
    """Files that are graded as a learner's would be."""

    kind: Kind
    step: Step
    name: str  # for people: "the solution of 1.3", "wrong/no-loop"
    folders: tuple[Path, ...]  # copied one over the other
    steps: tuple[Step, ...]
    attempt: Attempt | None = None
    must_fail: bool = True  # False: it is only tried for the sake of checks that nothing else made fail

    def assemble(self, workspace: Path) -> None:
        """Lay the files into a folder."""
        workspace.mkdir(parents=True)
        for folder in self.folders:
            leave_out = shutil.ignore_patterns("__pycache__", *(["attempt.toml"] if self.attempt else []))
            shutil.copytree(folder, workspace, symlinks=True, dirs_exist_ok=True, ignore=leave_out)

    def plan(self, course: Course, workspace: Path, seed: str) -> Plan:
        """The run that judges it."""
        return Plan.of(course, self.step.id, self.steps, workspace, seed)

    def wrong_with(self, verdict: Verdict) -> str | None:
        """Why the verdict is not the one that the course needs; None where it is."""
        first = verdict.first_problem
        told = f"{first.step}.{first.name}: {first.cause or first.outcome}: {first.message}" if first else ""
        if verdict.outcome in (Outcome.BROKEN, Outcome.BLOCKED):
            return f"could not be judged: {told or verdict.message}"
        if self.kind == "solution":
            return None if verdict.passed else f"does not pass. {told}"
        if verdict.passed:
            return "passes, and must not" if self.must_fail else None
        return None if self.attempt is None else self._wrong_words(self.attempt, verdict)

    def held_up(self, verdict: Verdict) -> bool:
        """Whether a check of an earlier step failed first, so that the step's own were skipped."""
        own = [finding for finding in verdict.findings if finding.step == self.step.id]
        return bool(own) and all(finding.outcome is Outcome.SKIPPED for finding in own)

    def alone(self) -> "Trial":
        """The same files, on the step's own checks only."""
        return replace(self, steps=(self.step,), name=f"{self.name}, on this step alone,")

    def _wrong_words(self, attempt: Attempt, verdict: Verdict) -> str | None:
        failed = [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]
        if attempt.check is not None and not self.held_up(verdict):
            failed = [one for one in failed if (one.step, one.name) == (self.step.id, attempt.check)]
            if not failed:
                first = verdict.first_problem
                what = f"{first.step}.{first.name}" if first else "nothing"
                return f"must fail {attempt.check}, and fails {what}"
        found = failed[0]
        if str(found.cause) != attempt.cause:
            return f"must fail with the cause {attempt.cause}, and fails with {found.cause}: {found.message}"
        read = "\n".join((found.message, found.hint, found.output, *found.notes))
        missing = [words for words in attempt.words if words not in read]
        if not missing:
            return None
        return f"must say {missing[0]!r}, and says: {found.message} {found.hint}".rstrip()


def first_trials(lab: Lab, step: Step) -> Iterator[Trial]:
    """What every graded step must stand: its start, its solution, the one before it, its wrong attempts."""
    earlier = _graded_before(lab, step)
    starts = tuple(one.start for one in lab.steps if one.number <= step.number and one.start is not None)
    whole = (*earlier, step)
    yield Trial("start", step, "the start", starts, (step,))
    if step.solution is None:
        return
    yield Trial("solution", step, "the solution", (*starts, step.solution), whole)
    if earlier and earlier[-1].solution is not None:
        yield _earlier(step, earlier[-1], starts, must_fail=True)
    for attempt in read_attempts(step):
        folders = (*starts, step.solution, attempt.folder)
        yield Trial("attempt", step, f"wrong/{attempt.name}", folders, whole, attempt)


def further_trials(lab: Lab, step: Step) -> Iterator[Trial]:
    """The solutions further back, the nearest first: a check that all others pass may fail there."""
    starts = tuple(one.start for one in lab.steps if one.number <= step.number and one.start is not None)
    for before in reversed(_graded_before(lab, step)[:-1]):
        if before.solution is not None:
            yield _earlier(step, before, starts, must_fail=False)


def _earlier(step: Step, before: Step, starts: tuple[Path, ...], *, must_fail: bool) -> Trial:
    folders = starts if before.solution is None else (*starts, before.solution)
    return Trial("earlier", step, f"the solution of {before.id}", folders, (step,), must_fail=must_fail)


def _graded_before(lab: Lab, step: Step) -> tuple[Step, ...]:
    return tuple(one for one in lab.steps if one.number < step.number and one.check is not None)


def made_fail(finding: Finding) -> bool:
    """Whether this failure shows that the check can fail: the program ran, and was judged by what it did.

    A program that never came to listen fails every check alike, even one that demands nothing.
    """
    return finding.outcome is Outcome.FAILED and (finding.cause is Cause.WRONG_ANSWER or bool(finding.transcript))
