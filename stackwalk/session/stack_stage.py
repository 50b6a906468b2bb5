"""The programs of a lab with a web server in front: one stack, launched, reloaded, watched; its news become events.

It stands in the place of `Programs` and of `Doors`. One thread does everything, for what it holds is one tap with
several doors: starting, looking, reading.
"""

import contextlib
import os
import queue
import select
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.session.doors import Opened, open_or_next
from stackwalk.session.programs import Emit, Prints
from stackwalk.session.session.events import (
    DoorOpened,
    Event,
    FrontKept,
    InnerSighted,
    Journeyed,
    NotStarted,
    PartEnded,
    PartPrinted,
    PartSeen,
    Port,
    ProgramEnded,
    ProgramListening,
    ProgramsGone,
    Sighted,
    StackSeen,
    Trouble,
)
from stackwalk.stack.environment import ACCEPTS, learner_environment
from stackwalk.stack.launch import Guardian
from stackwalk.stack.limits import Limits
from stackwalk.stack.output import learner_traceback
from stackwalk.stack.scratch import scratch_prefix
from stackwalk.tap.tapping import Tap
from stackwalk.whole.journey import Joining
from stackwalk.whole.plan import Declared, declare
from stackwalk.whole.reading import read_composed
from stackwalk.whole.running import Running
from stackwalk.whole.stack import Refused, Stack
from stackwalk.whole.tail import Tail
from stackwalk.wire.sight import Answered, Unanswered

STARTING, QUIET = 0.02, 0.25  # seconds between two looks: while something is under way, and else
BATCH = 0.1  # seconds in which what is printed is put together
PATIENCE = 1.0  # seconds that a service may take to end before it is killed
LAST_WORDS = 2_000  # characters


class StackStage:
    """The stack of an open lab."""

    def __init__(
        self,
        guardian: Guardian,
        workspace: Path,
        front: ProgramSpec,
        services: tuple[ProgramSpec, ...],
        emit: Emit,
        *,
        telling: Path | None = None,
        nginx: str | None = None,
    ) -> None:
        self.door = front.clients_at
        self._guardian = guardian
        self._workspace = workspace
        self._front = front
        self._services = services
        self._emit = emit
        self._telling = telling
        self._nginx = nginx
        self._stack: Stack | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._joining: Joining | None = None
        self._launch = 0  # the number of the last launch
        self._ready = False  # it has been told of that launch that it is ready
        self._listening = False  # … and that its door leads somewhere
        self._seen: tuple[PartSeen, ...] = ()
        self._ended: dict[str, int] = {}  # parts of which it was told that they ended: which of their launches
        self._prints: dict[str, Prints] = {}
        self._heard: dict[str, int] = {}  # which launch of a part is heard
        self._tails: dict[Path, Tail] = {}  # the web server's logs, by their paths
        self._printed_at = 0.0
        self._saved: set[str] = set()
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._bell, self._ringer = os.pipe()
        for end in (self._bell, self._ringer):
            os.set_blocking(end, False)
        self._thread = threading.Thread(target=self._work, name="stack", daemon=True)
        self._thread.start()

    # As Programs: from any thread

    def become(self, front: ProgramSpec, services: tuple[ProgramSpec, ...]) -> None:
        """From now on this is what the stack is made from."""
        self._put(partial(self._become, front, services))

    def saved(self, paths: Iterable[str]) -> None:
        """These files have been saved: the next launch takes in what that changes, and no more."""
        with self._lock:
            self._saved.update(paths)

    def launch(self, _index: int, launch: int, _moved: bool) -> None:
        """Start it, or take in what was saved."""
        self._put(partial(self._start, launch))

    def end_all(self) -> None:
        """End it, and tell when that is done."""
        self._put(self._end)
        self._put(lambda: self._emit(ProgramsGone()))

    def close(self) -> None:
        """End it, and take no more to do; returns when that is done, or after some seconds."""
        self._put(self._end)
        self._put(None)
        self._thread.join(15.0)
        for end in (self._bell, self._ringer):
            os.close(end)

    def _put(self, job: Callable[[], None] | None) -> None:
        self._jobs.put(job)
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._ringer, b".")

    # Its thread

    def _work(self) -> None:
        while True:
            self._wait()
            while not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    return
                job()
            if self._stack is not None:
                try:
                    self._look(self._stack)
                except StackwalkError as error:  # the tap has ended
                    self._lose(error.what)
                except OSError as error:
                    self._lose(f"The stack was lost: {error.strerror or error}.")

    def _wait(self) -> None:
        reading: list[int | Tap] = [self._bell]
        pause = QUIET
        if self._stack is not None:
            programs = (one.program for one in self._stack.parts if one.ending is None)
            reading += [one.fileno() for one in programs if one is not None and one.fileno() >= 0]
            reading.append(self._stack.tap)
            waits = self._joining is not None and self._joining.waits
            pause = STARTING if waits or not self._ready else QUIET
        ready = select.select(reading, [], [], pause)[0]
        if self._bell in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._bell, 4096)

    def _become(self, front: ProgramSpec, services: tuple[ProgramSpec, ...]) -> None:
        if (front, services) != (self._front, self._services):
            self._end()
            self._front, self._services = front, services

    def _end(self) -> None:
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.end()
        if self._scratch is not None:
            self._scratch.cleanup()
        self._scratch = self._joining = None
        self._prints.clear()
        self._ended.clear()
        self._heard.clear()
        self._tails.clear()
        self._see(())

    def _lose(self, what: str) -> None:
        self._end()
        self._emit(NotStarted(self._launch, what, "Press r to start it again."))

    # Starting

    def _start(self, launch: int) -> None:
        with self._lock:
            saved, self._saved = frozenset(self._saved), set()
        self._launch, self._ready, self._listening = launch, False, False
        try:
            if self._stack is None or saved & _COMPOSED:
                self._end()
                self._begin()
            else:
                self._renew(self._stack, saved)
        except Refused as refused:
            self._refused(refused)
        except StackwalkError as error:
            self._end()
            self._emit(NotStarted(launch, error.what, error.try_this))
        except OSError as error:
            self._end()
            what = f"The stack could not be started: {error.strerror or error}."
            self._emit(NotStarted(launch, what, "Press r to try again."))

    def _begin(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix=scratch_prefix("stack"), ignore_cleanup_errors=True)
        stack = Stack(
            declared_in(self._workspace, self._front, self._services),
            self._guardian,
            workspace=self._workspace,
            scratch=Path(self._scratch.name),
            environment=self._environment,
            nginx=self._nginx,
            limits=Limits(),
        )
        try:
            stack.prepare(self.door)
            logs = stack.front is None or stack.front.requests is not None
            self._joining = Joining(stack.plan.outermost.name, stack.record, stack.name_at, logs=logs)
            stack.start()
        except BaseException:
            stack.end()
            raise
        self._stack = stack
        self._take_in(stack)

    def _environment(self, run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
        environment = learner_environment(self._workspace, run_dir, moved)
        if self._telling is not None:
            environment[ACCEPTS] = str(self._telling)
        return environment

    def _renew(self, stack: Stack, saved: frozenset[str]) -> None:
        """Do what the saved files ask for: the web server takes its file anew, and programs start anew."""
        front = stack.front
        own = {self._front.file, *(str(file) for file in (front.files if front is not None else ()))}
        ours = {path for path in saved if path in own or str(self._workspace / path) in own}
        kept = tuple(folder for one in self._services for folder in one.keeps)
        others = {path for path in saved - ours if not path.startswith(kept or ("/",))}
        if others or not saved:
            for part in stack.plan.services:
                stack.running(part.name).end(PATIENCE)
                stack.start_part(part.name)
        elif any(stack.running(part.name).ending is not None for part in stack.plan.services):
            for part in stack.plan.services:
                if stack.running(part.name).ending is not None:
                    stack.start_part(part.name)
        if ours:
            stack.reload()
        elif stack.plan.front is not None and stack.running(stack.plan.front.name).ending is not None:
            stack.start_part(stack.plan.front.name)
        self._take_in(stack)

    def _refused(self, refused: Refused) -> None:
        running = None
        if self._stack is not None and self._stack.plan.front is not None:
            running = self._stack.running(self._stack.plan.front.name)
        if running is not None and running.ending is None and running.program is not None:
            self._ready = self._listening = True
            self._emit(FrontKept(self._launch, refused.what, refused.try_this))
            return
        self._end()
        self._emit(NotStarted(self._launch, refused.what, refused.try_this))

    def _take_in(self, stack: Stack) -> None:
        """Hear what new programs print, and say what is odd about the web server's file."""
        for running in stack.parts:
            prints = self._prints.get(running.name)
            if prints is None:
                prints = self._prints[running.name] = Prints(partial(self._tell_printed, running.name))
            if running.program is not None and self._heard.get(running.name) != running.launches:
                self._heard[running.name] = running.launches
                running.program.output.watch(prints.add)
        logs = () if stack.front is None else stack.front.logs.values()
        self._tails = {path: self._tails.get(path) or Tail(path) for path in logs}
        for complaint in stack.complaints:
            where = complaint.file or self._front.file
            where += f", line {complaint.line}" if complaint.line is not None else ""
            self._emit(Trouble(f"{where}: {complaint.means}", complaint.try_this))

    def _tell_printed(self, name: str, lines: tuple[str, ...], left_out: int) -> None:
        self._emit(PartPrinted(name, lines, left_out))

    # Looking

    def _look(self, stack: Stack) -> None:
        stack.look()
        self._see(tuple(_part_seen(one, stack) for one in reversed(stack.parts)))
        for running in stack.parts:
            if running.ending is not None and self._ended.get(running.name) != running.launches:
                self._ended[running.name] = running.launches
                self._tell_end(stack, running)
        self._tell_ready(stack)
        self._tell_traffic(stack)
        if time.monotonic() - self._printed_at >= BATCH:
            self._printed_at = time.monotonic()
            for tail in self._tails.values():
                self._prints[stack.plan.outermost.name].add(tail.read())
            for prints in self._prints.values():
                prints.tell()

    def _see(self, parts: tuple[PartSeen, ...]) -> None:
        if parts != self._seen:
            self._seen = parts
            self._emit(StackSeen(parts))

    def _tell_ready(self, stack: Stack) -> None:
        front = stack.running(stack.plan.outermost.name)
        if self._ready or front.listener is None or front.ending is not None:
            return
        ports = (Port("127.0.0.1", front.listener.port, front.port),)
        settled = all(one.state in ("ready", "ended", "paused") for one in stack.parts)
        if settled or not self._listening:
            self._listening, self._ready = True, settled
            self._emit(ProgramListening(self._launch, ports, settled))

    def _tell_end(self, stack: Stack, running: Running) -> None:
        ending, program = running.ending, running.program
        if ending is None or program is None:
            return
        text = program.output.text()
        if running.part != stack.plan.outermost:
            self._emit(PartEnded(running.name, _how(ending.code, ending.signal), learner_traceback(text) or ""))
            return
        front = stack.front
        for complaint in front.said(text) if front is not None else ():
            if complaint.stops:
                self._emit(Trouble(Refused([complaint]).what, complaint.try_this))
        self._ready = self._listening = True
        self._emit(
            ProgramEnded(
                self._launch,
                time.monotonic(),
                code=ending.code,
                signal=ending.signal,
                cause=ending.cause,
                last_words=text[-LAST_WORDS:],
            )
        )

    def _tell_traffic(self, stack: Stack) -> None:
        if self._joining is None:
            return
        seen, served, now = stack.read(), stack.logged(), time.monotonic()
        self._joining.take(seen, served, now)
        outermost = stack.plan.outermost.name
        for one in seen:
            if one.hop != outermost:
                self._emit(InnerSighted(one.sight))
            elif not isinstance(one.sight, Answered | Unanswered):
                self._emit(Sighted(one.sight, now))
        for journey in self._joining.journeys(now, time.time() - now):
            legs = (leg.exchange for leg in journey.legs)
            ports = tuple(None if one is None else stack.record.way(one.connection) for one in legs)
            self._emit(Journeyed(journey, ports, now))


_COMPOSED = frozenset(
    {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "Dockerfile", ".env"}
)


def declared_in(workspace: Path, front: ProgramSpec, services: tuple[ProgramSpec, ...]) -> Declared:
    """What the stack of a workspace is made from: the lab's services, and what its compose file names besides."""
    added = read_composed(workspace)
    settled = tuple(
        one._replace(run=one.settled) if one.settings and (workspace / one.settings).is_file() else one
        for one in services
    )
    return declare(front, settled, added, compose_first=False)


def _part_seen(running: Running, stack: Stack) -> PartSeen:
    program, runs = running.program, running.program is not None and running.ending is None
    others = program.processes()[1:] if program is not None and runs else ()
    tap = running.hop.port if running.hop is not None and running.part != stack.plan.outermost else None
    listens = None if running.listener is None or not runs else running.listener.port
    return PartSeen(running.name, running.state, running.pid, tuple(sorted(others)), running.port, listens, tap)


def _how(code: int | None, number: int | None) -> str:
    if number is not None:
        with contextlib.suppress(ValueError):
            return signal.Signals(number).name
        return f"signal {number}"
    return f"exit status {code}"


class StackDoor:
    """The door of such a lab: it is the stack's own, and opens with it. As Doors, for the loop's thread."""

    tap = None  # the stack's thread reads it

    def __init__(self, stage: StackStage) -> None:
        self._stage = stage

    def open(self, port: int) -> Event:
        """Choose that door, or the next free one above it."""
        opened: Opened = open_or_next(port)
        if isinstance(opened, DoorOpened):
            self._stage.door = opened.port
        return opened

    def reclaim(self, _port: int) -> Event | None:
        """It stays where it is: a stack that runs has it."""
        return None

    def aim(self, _target: object) -> list[Event]:
        """It leads to the web server."""
        return []

    def read(self) -> list[Event]:
        """What has passed comes by the stack's thread."""
        return []

    def close(self) -> None:
        """It shuts when the stack ends."""
