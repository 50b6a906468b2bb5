"""A warm process for the open lab and `watch`: it keeps pytest imported, and forks a run for each request.

It is exec'd and has no threads, so that forking is safe whatever its parent does. A newer request ends the
run before it, whose verdict then never counts. The process ends when its parent's end of the socket closes.
"""

import contextlib
import json
import os
import pickle
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from stackwalk.check.plan import Plan
from stackwalk.check.runner import OnFinding
from stackwalk.check.tally import Tally
from stackwalk.check.verdict import Finding, Verdict
from stackwalk.course.lesson import Course

END_PATIENCE = 5.0  # seconds in which the warm process may end its runs
LATE = 3.0  # seconds past a run's deadline after which the warm process itself counts as hanging
_IMPORT = re.compile(r"^(?:import|from) (\w+)", re.MULTILINE)


@contextlib.contextmanager
def warming(course: Course | None = None, *, again: bool = False) -> Iterator["Warm"]:
    """A warm process for the length of a block; what the course's checks import is imported ahead.

    again: the same plan will mostly be asked for again; after a run the next one gets ready, and waits.
    """
    warm = Warm(_imports(course) if course is not None else (), again=again)
    try:
        yield warm
    finally:
        warm.close()


class Warm:
    """The parent's side of the warm process: requests in, findings and verdicts out."""

    def __init__(self, imports: Sequence[str] = (), *, again: bool = False) -> None:
        self._imports = tuple(imports)
        self._again = again
        self._number = 0
        self._tally: Tally | None = None  # of the run that counts
        self._asked: Plan | None = None  # with start()
        self._held: Verdict | None = None  # on it, while later steps are asked whether the program has gone on
        self._pending = b""
        self._gone = False  # the process has ended: the next start() begins another
        self._silence: socket.socket | None = None  # the other end of what is waited on instead
        self._socket, self._process = self._begin()

    def start(self, plan: Plan) -> None:
        """Begin a run; the one before it, if it is still on, no longer counts.

        Where the program falls short and may only have gone on, the later steps are asked before there is a verdict.
        """
        self._asked, self._held = plan, None
        self._start(plan)

    def _start(self, plan: Plan) -> None:
        self._number += 1
        self._tally = Tally(plan)
        request = pickle.dumps((self._number, plan, self._asked if self._again else None))
        if self._gone:
            self._restart()
        try:
            self._send(request)
        except OSError:
            self._restart()
            self._send(request)

    def cancel(self) -> None:
        """End the run that is on; nothing more comes of it."""
        self._number += 1
        self._tally = None
        with contextlib.suppress(OSError):
            self._send(pickle.dumps((self._number, None, None)))

    def fileno(self) -> int:
        """Readable when read() has something; ask again after a start()."""
        return self._socket.fileno()

    def read(self) -> list[Finding | Verdict]:
        """What has come of the present run, without waiting. Its verdict comes last, and exactly once."""
        came: list[Finding | Verdict] = []
        try:
            while data := self._socket.recv(262144):
                self._pending += data
            self._lost(came)
        except BlockingIOError:
            pass
        except OSError:
            self._lost(came)
        *lines, self._pending = self._pending.split(b"\n")
        told = [thing for line in lines for thing in self._take(line)]
        return told + came

    @property
    def left(self) -> float | None:
        """Seconds until a run that says nothing should be given up with give_up(); None: no run is on."""
        return None if self._tally is None else self._tally.left + LATE

    def give_up(self) -> list[Finding | Verdict]:
        """The warm process itself hangs: end it; the verdict is broken."""
        came: list[Finding | Verdict] = []
        self._process.kill()
        self._lost(came, "the process that runs the checks does not answer")
        return came

    def close(self) -> None:
        """End the process and whatever it runs."""
        self._socket.close()
        if self._silence is not None:
            self._silence.close()
        self._bury()

    def _bury(self) -> None:
        try:
            self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _take(self, line: bytes) -> Iterator[Finding | Verdict]:
        number, word, value = json.loads(line)
        if number != self._number or self._tally is None:
            return
        finding = self._tally.note(word, value)
        if finding is not None and self._held is None:
            yield finding
        if self._tally.done:
            tally, self._tally = self._tally, None
            verdict = self._settled(tally.plan, tally.verdict())
            if verdict is not None:
                yield verdict

    def _settled(self, plan: Plan, verdict: Verdict) -> Verdict | None:
        """The verdict to be told; None where later steps are asked first."""
        first, self._held = self._held or verdict, None
        wider = None if verdict.passed else plan.wider(verdict)
        if wider is None:
            return plan.instead(verdict, self._asked or plan, first)
        self._held = first
        try:
            self._start(wider)
        except OSError:
            self._tally = self._held = None
            return first
        return None

    def _lost(self, came: list[Finding | Verdict], why: str = "the process that runs the checks has ended") -> None:
        if self._tally is not None:
            broken = self._tally.break_off(why)
            if broken is not None and self._held is None:
                came.append(broken)
            came.append(self._held or self._tally.verdict())
            self._tally = self._held = None
        if not self._gone:
            self._gone = True
            self._socket.close()
            self._bury()
            # Who waits for something to read must not be told again and again that nothing comes any more.
            self._socket, self._silence = socket.socketpair()
            self._socket.setblocking(False)

    def _send(self, request: bytes) -> None:
        data = len(request).to_bytes(4, "big") + request
        while data:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                if not select.select([], [self._socket], [], END_PATIENCE)[1]:
                    raise TimeoutError("the warm process takes no request") from None

    def _restart(self) -> None:
        self.close()
        self._pending = b""
        self._gone = False
        self._socket, self._process = self._begin()

    def _begin(self) -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "stackwalk.check.warmed", str(theirs.fileno()), *self._imports],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
        ours.setblocking(False)
        return ours, process


def grade_elsewhere(plan: Plan, *, on_finding: OnFinding | None = None) -> Verdict:
    """What runner.grade does, in a process that has no threads."""
    with warming() as warm:
        warm.start(plan)
        while True:
            ready = select.select([warm], [], [], warm.left or 0.0)[0]
            for thing in warm.read() if ready else warm.give_up():
                if isinstance(thing, Verdict):
                    return thing
                if on_finding is not None:
                    on_finding(thing)


def _imports(course: Course) -> tuple[str, ...]:
    """The modules of the standard library that the course's checks import."""
    found: set[str] = set()
    for file in [step.check for step in course.steps] + [lab.mistakes for lab in course.labs]:
        if file is not None:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                found.update(_IMPORT.findall(Path(file).read_text(encoding="utf-8")))
    return tuple(sorted(found & sys.stdlib_module_names))
