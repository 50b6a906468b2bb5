"""The learner's programs while a lab is open: launched, watched, ended; what happens to them becomes events.

One thread does what is to be done, in order, so that a program which is slow to end never holds up the keys;
one more for each program watches it. That a program listens is read from the kernel, never tried by
connecting.
"""

import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.session.flow import Flow
from stackwalk.session.session.events import (
    Event,
    NotStarted,
    Port,
    Printed,
    ProgramEnded,
    ProgramListening,
    ProgramProcesses,
    ProgramsGone,
)
from stackwalk.stack.answering import Question
from stackwalk.stack.environment import ACCEPTS, WRITES, free_port, learner_environment
from stackwalk.stack.launch import Guardian, Program
from stackwalk.stack.limits import Limits
from stackwalk.stack.output import learner_traceback
from stackwalk.stack.packages import must_have
from stackwalk.stack.scratch import scratch_prefix

PATIENCE = 0.5  # seconds that a program may take to end before it is killed
QUICK_LOOK, SLOW_LOOK = 0.005, 0.2  # seconds between two looks at what it listens on
BATCH = 0.1  # seconds in which what is printed is put together
PRINTED_A_SECOND = 3.0  # lines that are shown for as long as they come
TRACEBACK = 0.5  # seconds that a traceback is held back, for its program may end of it
PAUSE = 0.5  # seconds without a line, after which a flood is over
BETWEEN_COUNTS = 10.0  # seconds between two times that it is said how many lines were left out
LAST_WORDS = 2_000  # characters

Emit = Callable[[Event], None]


class Programs:
    """Launches and ends the programs of a lab."""

    def __init__(
        self,
        guardian: Guardian,
        workspace: Path,
        specs: tuple[ProgramSpec, ...],
        emit: Emit,
        telling: Path | None = None,
    ) -> None:
        self._guardian = guardian
        self._telling = telling  # the pipe in which the probe tells what the programs do
        self._workspace = workspace
        self._specs = specs
        self._emit = emit
        self._running: dict[int, _Watched] = {}  # by the program's index
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="programs", daemon=True)
        self._thread.start()

    def become(self, specs: tuple[ProgramSpec, ...]) -> None:
        """From now on these are the programs."""
        self._jobs.put(lambda: self._become(specs))

    def _become(self, specs: tuple[ProgramSpec, ...]) -> None:
        self._end_all()
        self._specs = specs

    def launch(self, index: int, launch: int, moved: bool) -> None:
        """Start the program of that index anew."""
        self._jobs.put(lambda: self._launch(index, launch, moved))

    def end_all(self) -> None:
        """End every program, and tell when that is done."""
        self._jobs.put(self._end_all)
        self._jobs.put(lambda: self._emit(ProgramsGone()))

    def close(self) -> None:
        """End every program, and take no more to do; returns when that is done, or after some seconds."""
        self._jobs.put(self._end_all)
        self._jobs.put(None)
        self._thread.join(10.0)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _end_all(self) -> None:
        for index in tuple(self._running):
            self._running.pop(index).end()

    def _launch(self, index: int, launch: int, moved: bool) -> None:
        before = self._running.pop(index, None)
        if before is not None:
            before.end()
        spec = self._specs[index]
        try:
            self._running[index] = _Watched(self._start(spec, moved), spec, launch, self._emit)
        except StackwalkError as error:
            self._emit(NotStarted(launch, error.what, error.try_this))
        except OSError as error:
            what = f"{spec.file} could not be started: {error.strerror or error}."
            self._emit(NotStarted(launch, what, "Press r to try again."))

    def _start(self, spec: ProgramSpec, moved: bool) -> tuple[Program, tempfile.TemporaryDirectory[str]]:
        _refuse(self._workspace / spec.file, spec.file)
        must_have(self._workspace, spec.needs)
        # A fresh port for each launch: the last one may still remember old connections.
        ports = {port: free_port() for port in spec.moved} if moved else {}
        run = tempfile.TemporaryDirectory(prefix=scratch_prefix("run"), ignore_cleanup_errors=True)
        try:
            environment = learner_environment(self._workspace, Path(run.name), ports)
            if self._telling is not None:
                environment[WRITES] = str(self._telling)
            if self._telling is not None and spec.answers:
                environment[ACCEPTS] = str(self._telling)
            program = self._guardian.launch(
                spec.run,
                cwd=self._workspace,
                environment=environment,
                limits=Limits(),
            )
        except BaseException:
            run.cleanup()
            raise
        return program, run


def _refuse(file: Path, name: str) -> None:
    """Say what stands in the way, where Python itself would say it less well."""
    if file.is_dir():
        try_this = "Move it away, and save your file under that name."
        raise StackwalkError(f"{name} is a folder, and a file is needed.", try_this)
    if not os.access(file, os.R_OK):
        raise StackwalkError(f"{name} may not be read by you.", f"Make it readable: chmod u+r {name}")


class _Watched:
    """One launched program and the thread that watches it."""

    def __init__(
        self,
        started: tuple[Program, tempfile.TemporaryDirectory[str]],
        spec: ProgramSpec,
        launch: int,
        emit: Emit,
    ) -> None:
        self._program, self._run = started
        self._spec = spec
        self._question: Question | None = None
        self._launch = launch
        self._emit = emit
        self._stopped = threading.Event()
        self._printed = Prints(lambda lines, left_out: emit(Printed(launch, lines, left_out)))
        self._program.output.watch(self._printed.add)
        self._thread = threading.Thread(target=self._watch, name=f"launch {launch}", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """End it; nothing is told of that."""
        self._stopped.set()
        self._program.end(PATIENCE)
        self._thread.join(5.0)

    def _watch(self) -> None:
        known: tuple[Port, ...] = ()
        answers = not self._spec.answers
        tree = _Tree(self._program.pid)
        pause = QUICK_LOOK
        told = 0.0
        while self._program.poll() is None and not self._stopped.is_set():
            ports = self._ports()
            answered = answers or self._has_answered(ports)
            if ports != known or answered != answers:
                known, answers = ports, answered
                self._tell(ProgramListening(self._launch, ports, answers))
            if self._spec.answers and known and tree.changed(self._program.processes()):
                self._tell(ProgramProcesses(self._launch, self._program.pid, tree.told))
            if time.monotonic() - told >= BATCH:
                self._printed.tell()
                told = time.monotonic()
            self._program.wait(pause)
            # It is looked at often while it starts, and now and then once it listens.
            pause = min(pause * 1.3, SLOW_LOOK if known and answers else BATCH)
        if self._question is not None:
            self._question.close()
        if not self._stopped.is_set():
            self._tell_end(known)
        self._run.cleanup()

    def _has_answered(self, ports: tuple[Port, ...]) -> bool:
        """Whether what listens where the lesson says has answered a request of ours."""
        port = next((each for each in ports if each.typed == self._spec.port), None)
        if port is None:
            return False
        if self._question is None:
            self._question = Question("::1" if ":" in port.address else "127.0.0.1", port.number)
        return self._question.look()

    def _tell_end(self, known: tuple[Port, ...]) -> None:
        at = time.monotonic()
        heard = self._heard_by_probe()
        if not known and heard:
            # It listened too briefly to be seen.
            self._tell(ProgramListening(self._launch, heard))
        # What it started ends with it.
        ending = self._program.end(0.0)
        text = self._program.output.text()
        traceback = learner_traceback(text) or ""
        self._printed.tell(but=traceback, last=True)
        self._tell(
            ProgramEnded(
                self._launch,
                at,
                code=ending.code,
                signal=ending.signal,
                cause=ending.cause,
                traceback=traceback,
                last_words=text[-LAST_WORDS:],
                left_behind=ending.left_behind,
                refused=self._program.refused(),
            )
        )

    def _tell(self, event: Event) -> None:
        if not self._stopped.is_set():
            self._emit(event)

    def _ports(self) -> tuple[Port, ...]:
        return tuple(
            Port(each.address, each.port, each.typed) for each in self._program.listeners() if each.kind == "tcp"
        )

    def _heard_by_probe(self) -> tuple[Port, ...]:
        return tuple(Port(each.address, each.port, each.port) for each in self._program.bound() if each.listened)


class _Tree:
    """The processes that a program has started, once two looks at them agree."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._seen: tuple[int, ...] = ()
        self.told: tuple[int, ...] = ()

    def changed(self, processes: tuple[int, ...]) -> bool:
        """Whether others than those told last are there."""
        now = tuple(pid for pid in processes if pid != self._first)
        settled, self._seen = now == self._seen, now
        if not settled or now == self.told:
            return False
        self.told = now
        return True


class Prints:
    """Puts together what is printed, and leaves out what nobody could read."""

    def __init__(
        self, tell: Callable[[tuple[str, ...], int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._flow = Flow(rate=PRINTED_A_SECOND)
        self._flooded = False  # more has come than can be read, and it has not paused since
        self._came = self._said = -float("inf")  # when lines last came; when it was last said how many were left out

    def add(self, lines: tuple[str, ...]) -> None:
        """Take in lines, in the thread that reads them: it must never wait."""
        with self._lock:
            now = self._clock()
            if self._flooded and now - self._came < PAUSE:
                # To go on with a line now and then would push away all else that is on the screen.
                self._flow = replace(self._flow, left_out=self._flow.left_out + len(lines))
            else:
                self._flow, shown = self._flow.take(len(lines), now)
                self._lines += lines[:shown]
                self._flooded = shown < len(lines)
            self._came = now

    def tell(self, but: str = "", *, last: bool = False) -> None:
        """Tell what has come since the last time; not the traceback at its end, which is told by itself.

        How much was left out is told now and then, and at the end (`last`).
        """
        with self._lock:
            now, left_out = self._clock(), 0
            held = [] if last or now - self._came >= TRACEBACK else _from_traceback(self._lines)
            lines, self._lines = _without_end(self._lines[: len(self._lines) - len(held)], but), held
            if last or now - self._said >= BETWEEN_COUNTS:
                left_out, self._flow = self._flow.left_out, self._flow.told()
                self._said = now if left_out else self._said
        if lines or left_out:
            self._tell(lines, left_out)


def _from_traceback(lines: list[str]) -> list[str]:
    """The lines from the first traceback on: their program may be about to end, and is then told with it."""
    begins = (place for place, line in enumerate(lines) if line.startswith(("Traceback (most recent", '  File "')))
    return lines[next(begins, len(lines)) :]


def _without_end(lines: list[str], traceback: str) -> tuple[str, ...]:
    """The lines without the traceback that they end with."""
    first, last = traceback.partition("\n")[0], traceback.rpartition("\n")[2]
    if not traceback or first not in lines or not lines[-1:] or lines[-1] != last:
        return tuple(lines)
    return tuple(lines[: len(lines) - 1 - lines[::-1].index(first)])
