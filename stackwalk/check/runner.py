"""One run of checks, from a process without threads: forked, heard to its end, and everything of it gone.

Where this process has threads, a warm process is started and forks in its stead.
"""

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator

from stackwalk.check.child import PR_SET_CHILD_SUBREAPER, prctl
from stackwalk.check.early import fork_or_take
from stackwalk.check.plan import Plan
from stackwalk.check.run import GRACE, Run
from stackwalk.check.verdict import Finding, Verdict
from stackwalk.stack import kin

OnFinding = Callable[[Finding], None]


def grade(plan: Plan, *, on_finding: OnFinding | None = None, meanwhile: Callable[[], None] | None = None) -> Verdict:
    """Run the plan's checks and give exactly one verdict; on_finding is called for each finding, in order.

    meanwhile is called once, when the run has begun: there the caller gets ready for the verdict. Where a program
    falls short and may only have gone on, the later steps are asked, too: where they hold, what they replace does not.
    """
    if threading.active_count() > 1:
        from stackwalk.check.warm import grade_elsewhere

        return grade_elsewhere(plan, on_finding=on_finding)
    first = _grade_once(plan, on_finding or _unheard, meanwhile or _nothing)
    asked, verdict = plan, first
    while not verdict.passed and (wider := asked.wider(verdict)) is not None:
        asked, verdict = wider, _grade_once(wider, _unheard, _nothing)
    return asked.instead(verdict, plan, first)


def _unheard(_: Finding) -> None:
    pass


def _nothing() -> None:
    pass


def _grade_once(plan: Plan, on_finding: OnFinding, meanwhile: Callable[[], None]) -> Verdict:
    run = None
    try:
        with reaping():
            run = Run(plan, fork=fork_or_take)
            try:
                meanwhile()
                _follow(run, on_finding)
            finally:
                run.retire()
                while not run.bury():
                    select.select([], [], [], 0.002)
    finally:
        if run is not None:
            run.remove()
    return run.verdict()


def _follow(run: Run, on_finding: OnFinding) -> None:
    while not run.done:
        for finding in run.hear(select.select(run.readable, [], [], run.left)[0]):
            on_finding(finding)


@contextlib.contextmanager
def reaping() -> Iterator[None]:
    """For the length of a block, orphans of a run that was killed come to us; they end in time, or are killed."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    before = set(kin.children(os.getpid()))
    try:
        yield
    finally:
        patient_until = time.monotonic() + GRACE
        while time.monotonic() < patient_until + GRACE and (orphans := set(kin.children(os.getpid())) - before):
            for orphan in orphans:
                if time.monotonic() > patient_until:  # a program has stopped its guardian
                    with contextlib.suppress(OSError):
                        os.kill(orphan, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan, os.WNOHANG)
            select.select([], [], [], 0.002)
        prctl(PR_SET_CHILD_SUBREAPER, 0)
