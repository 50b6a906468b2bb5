"""Starting and changing nginx while it runs: how one knows that it is ready, and that it took a new file."""

import signal
import time
from pathlib import Path
from typing import NamedTuple

from stackwalk.nginx.complaint import Complaint
from stackwalk.stack import kin
from stackwalk.stack.launch import Guardian, Program
from stackwalk.stack.limits import Ending
from stackwalk.stack.nginx.preparing import Prepared

GLANCE = 0.002  # seconds between two looks


class Reloaded(NamedTuple):
    """What became of a new file. Not taken: the one before keeps serving, and the complaints say why."""

    took: bool
    complaints: tuple[Complaint, ...]


def await_ready(program: Program, prepared: Prepared, seconds: float) -> bool | Ending:
    """Wait until nginx has opened every port (True), has ended, or the time is up (False).

    The pid file says so; a connection would stand in the learner's log. Take an old one away before the start.
    """
    deadline = time.monotonic() + seconds
    while True:
        if _pid_in(prepared.pid_file) == program.pid:
            return True
        ending = program.poll()
        if ending is not None:
            return ending
        if time.monotonic() > deadline:
            return False
        program.wait(GLANCE)


def reload(program: Program, again: Prepared, guardian: Guardian, seconds: float = 10.0) -> Reloaded:
    """Let a running nginx take what `prepare` has just written. It keeps what it had where it can't."""
    complaints = again.test(guardian)
    if not again.runnable or any(each.stops for each in complaints):
        return Reloaded(False, complaints)
    at = _size(again.errors)
    before = set(kin.children(program.pid))
    with kin.Hold(program.pid) as master:
        if program.poll() is not None:
            return Reloaded(False, complaints)
        master.send(signal.SIGHUP)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and program.poll() is None:
        said = _after(again.errors, at)
        # Both workers answer until the old one is told to go, a tenth of a second after the new one has begun. That one
        # of an earlier reload has exited says nothing: it may do so only now.
        if "start worker process" in said and (
            "gracefully shutting down" in said or before.isdisjoint(kin.children(program.pid))
        ):
            return Reloaded(True, complaints)
        found = [each for each in again.explain(said) if each.stops]
        if found:
            return Reloaded(False, (*complaints, *found))
        program.wait(GLANCE)
    return Reloaded(False, complaints)


def _pid_in(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _after(file: Path, at: int) -> str:
    try:
        with file.open("rb") as opened:
            opened.seek(at)
            return opened.read(1 << 20).decode("utf-8", "replace")
    except OSError:
        return ""
