"""A stack that runs: services, the web server in front of them, and a tap on every hop between.

Started innermost first, all at once (no part waits for another to be ready), and ended together. Whoever holds it
calls `look` whenever something may have happened: `filenos` says what to wait for.
"""

import contextlib
import re
import select
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import Guardian
from stackwalk.stack.limits import Ending, Limits
from stackwalk.stack.listening import all_listening
from stackwalk.whole.plan import Declared, StackPlan, plan_stack
from stackwalk.whole.running import GLANCE, Environment, Running

if TYPE_CHECKING:
    from stackwalk.nginx.complaint import Complaint
    from stackwalk.nginx.served import Served
    from stackwalk.nginx.setting import Service
    from stackwalk.tap.tapping import Tap
    from stackwalk.whole.front import Front
    from stackwalk.whole.logged import RequestLog
    from stackwalk.whole.other_front import OtherFront
    from stackwalk.whole.record import Record, Seen

LOOK_EVERY = 0.05  # seconds between two looks at where programs listen, where nothing new does
START_PATIENCE = 10.0  # seconds for services that a new file names to be ready
RESTART_PATIENCE = 2.0  # seconds in which a front that is started anew may end by itself
HOST = "127.0.0.1"


class Refused(StackwalkError):
    """The web server does not take its file. `complaints` are what is said against it."""

    def __init__(self, complaints: "Sequence[Complaint]") -> None:
        self.complaints = tuple(complaints)
        first = next((one for one in complaints if one.stops), complaints[0])
        said = f"{first.said}. " if first.said else ""
        super().__init__(f"{first.place}: {said}{first.means}", first.try_this)


class Stack:
    """One stack of a workspace. A context manager: nothing of it lives on after its block."""

    def __init__(
        self, declared: Declared, guardian: Guardian, *, workspace: Path, scratch: Path, environment: Environment,
        nginx: str | None = None, limits: Limits | None = None, records: bool = True, tap: "Tap | None" = None,
    ) -> None:  # fmt: skip
        """Nothing is started yet.

        `workspace`: where the programs run; `scratch`: a folder of this stack's own; `environment`: what a program
        is started with; `nginx`: the program that the user has named, if any; `records`: whether what passes can be
        read here, and not only by those who subscribe to it; `tap`: one without doors that was started already and
        ends after this, or None: it starts its own.
        """
        self.declared = declared
        self._told: tuple[Complaint, ...] | None = None  # what the front itself has said of its file
        self._guardian = guardian
        self._workspace = workspace
        self._scratch = scratch
        self._environment = environment
        self._nginx_named = nginx
        self._limits = limits
        self._records = records
        self._stack = contextlib.ExitStack()
        self._ready_tap = tap
        self._tap: Tap | None = None
        self._front: Front | OtherFront | None = None
        self._record: Record | None = None
        self._log: RequestLog | None = None
        self._lock = threading.Lock()  # of what is read: a check may ask from several threads
        self._running: dict[str, Running] = {}  # all that may ever run, by name, outermost first
        self._listening: object | None = None  # on this machine, at the last look at who does
        self._looked_at = 0.0
        self.plan = StackPlan((), None, ())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    # Starting and ending

    def begin(self, text: str, door: int | None = None) -> None:
        """Start the services at once whose names stand in the front's file: while they start, the rest is prepared.

        Those that it turns out not to speak to are ended by `prepare`.
        """
        self._know(door)
        for running in reversed(self._running.values()):
            spec = running.part.spec
            if not spec.server and (self.declared.front is None or _stands_in(running.part.service, text)):
                self._launch(running)

    def prepare(self, door: int | None = None) -> None:
        """Read the front's file, and choose what is to run. `door`: where clients come in.

        Raises Refused where the front can't take its file as it is, and DoorTaken.
        """
        from stackwalk.tap.tapping import tap_without_doors

        self._know(door)
        self._tap, self._ready_tap = self._ready_tap, None  # after an end it has doors
        if self._tap is None:
            self._tap = self._stack.enter_context(tap_without_doors(tells=self._records))
        if self.declared.front is not None:
            self._prepare(self.declared.front)
        self._hold(door)
        if door is not None:
            self._tap.publish()
        self._choose_parts()
        for name in {one.name for one in self.parts} ^ set(self._running):
            self._running[name].end()  # its name stood in a comment, say

    def start(self, *, tests: bool = True) -> None:
        """Start everything that was prepared, innermost first, without waiting for any of it.

        `tests`: nginx is asked what it says of its file before it is started, so that all is known that is against
        it. Without that it says it as it ends (`refused`): it reads the file once, and serves sooner.
        Raises StackwalkError where a part can't be started; what was started until then is for `end`.
        """
        for part in self.plan.services:
            if self._running[part.name].program is None:
                self.start_part(part.name)
        if self._front is not None:
            if tests or not self._front.tells_at_start:
                # While the services start: what nginx itself says against the file is said in full.
                self._told = _held(self._front.test())
            self._launch_front()

    def refused(self) -> Refused | None:
        """Why the front has ended, where it did not take its file; None: it did not end, or not for that."""
        front, printed, ending = self._front_said()
        if front is None or ending is None or not any(one.stops for one in front.said(printed)):
            return None
        return Refused(front.judged(printed, ending))

    def examine(self) -> None:
        """Take in what the front has said of its file as it started, where it was not tested before that."""
        front, printed, ending = self._front_said()
        if front is not None and ending is None and self._told is None:
            self._told = front.judged(printed, Ending(0, None))

    def end(self) -> None:
        """End all of it, the outermost part first."""
        for running in self._running.values():  # the outermost part first
            running.end()
        self._stack.close()
        self._stack = contextlib.ExitStack()
        self._tap = None
        self._running.clear()

    def start_part(self, name: str) -> None:
        """Start a part that does not run."""
        running = self.running(name)
        if running.part.spec.server:
            self._launch_front()
            return
        self._launch(running)

    def try_out(self, name: str, argv: Sequence[str], seconds: float) -> tuple[Ending | None, str]:
        """Run a program to its end as a part's is run, beside it; see `Running.try_out`."""
        return self.running(name).try_out(argv, self._environment, seconds)

    # Looking

    def look(self) -> bool:
        """See how all parts are now; whether anything has changed. Never waits."""
        new = self._is_more_to_see()
        changed = [self._running[part.name].look(new) for part in self.plan.parts]  # every one is looked at
        return any(changed)

    @property
    def ready(self) -> bool:
        """Whether all parts were ready at the last look."""
        return all(self._running[part.name].state == "ready" for part in self.plan.parts)

    def await_ready(self, seconds: float) -> bool:
        """Look until all are ready, one has ended, or the time is up; whether they are ready."""
        deadline, pause = time.monotonic() + seconds, GLANCE[0]
        while True:
            self.look()
            if self.ready:
                return True
            left = deadline - time.monotonic()
            if left <= 0 or any(self._running[part.name].state == "ended" for part in self.plan.parts):
                return False
            self.await_any(min(pause, left))
            pause = min(pause * 1.2, GLANCE[1])

    def await_any(self, seconds: float) -> None:
        """Wait until a program has ended, at most so long."""
        programs = [one.program for one in self._running.values() if one.program is not None and one.ending is None]
        select.select([one for one in programs if one.fileno() >= 0], [], [], seconds)

    def running(self, name: str) -> Running:
        """A part by its name. StackwalkError that lists what there is."""
        return self._running[self.plan.part(name).name]

    @property
    def parts(self) -> tuple[Running, ...]:
        """All parts, innermost first."""
        return tuple(self._running[part.name] for part in self.plan.parts)

    @property
    def complaints(self) -> "tuple[Complaint, ...]":
        """What is said against the front's file as it is used now, by the front itself as far as it was asked."""
        if self._told is not None:
            return self._told
        return () if self._front is None else self._front.complaints

    @property
    def front(self) -> "Front | OtherFront | None":
        """The web server's own side; None: there is none, or it was never prepared."""
        return self._front

    @property
    def tap(self) -> "Tap":
        """What is readable when something has passed. Only while it is started."""
        if self._tap is None:
            raise RuntimeError("the stack was not started")
        return self._tap

    @property
    def record(self) -> "Record":
        """What has passed, as far as it was read."""
        if self._record is None:
            from stackwalk.whole.record import Record

            self._record = Record()
        return self._record

    def read(self) -> "list[Seen]":
        """What has passed since, as far as it is told by now; also in `record`."""
        with self._lock:
            return self.record.take(self.tap.read_lines())

    def hear(self) -> "list[Seen]":
        """The same, with all that has passed until now."""
        with self._lock:
            return self.record.take(self.tap.told())

    def logged(self) -> "list[Served]":
        """What the front has written down of requests since this was last asked."""
        if self._front is None or self._front.requests is None:
            return []
        with self._lock:
            return self._read_log(self._front.requests).take()

    def name_at(self, address: str) -> str | None:
        """The part that the front reaches at an address of its log; None: it is none of ours."""
        return next((one.name for one in self._running.values() if one.address == address), None)

    def served(self, port: int, nth: int, seconds: float) -> tuple[str, ...]:
        """Who was asked for a client's request, in order: the last one answered. Empty: the front itself did.

        `port`: the client's; `nth`: the request's place on its connection, from 1. Waits until the front has logged
        it, at most so long; then LookupError.
        """
        names = (self.name_at(one.address) for one in self.told(port, nth, seconds).tries)
        return tuple(name for name in names if name is not None)

    def told(self, port: int, nth: int, seconds: float) -> "Served":
        """What the front says of a client's request; as for `served`."""
        deadline, pause = time.monotonic() + seconds, GLANCE[0]
        while (found := self._logged(port, nth)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise LookupError(f"the web server has not logged request {nth} of the client at port {port}")
            self.await_any(min(pause, left))
            pause = min(pause * 1.5, GLANCE[1])
        return found

    # Changing

    def reload(self) -> None:
        """Take the front's file as it is now, without losing a request where the front can.

        Services that it names for the first time are started before. Raises Refused where it is not taken: the
        front then goes on as before.
        """
        if self._front is None or self.declared.front is None:
            raise StackwalkError("Nothing in this stack can be reloaded.", "Start it again.")
        running = self._running[self.declared.front.name]
        try:
            _held(self._front.prepare(self._services()))
            self._choose_parts()
            fresh = [part.name for part in self.plan.services if self._running[part.name].program is None]
            for name in fresh:
                self.start_part(name)
            if fresh:
                self.await_ready(START_PATIENCE)
            if running.program is None or running.program.poll() is not None:
                self._told = _held(self._front.test())
                self._launch_front()
                return
            told = self._front.reload(running.program)
            self._told = _held(told.complaints)
            if not told.took:
                self._restart_front()
        except Refused:
            self._front.take_back()
            raise

    # Its own

    def _front_said(self) -> "tuple[Front | OtherFront | None, str, Ending | None]":
        """The front, what its program has printed, and how it has ended."""
        running = None if self.plan.front is None else self._running[self.plan.front.name]
        if self._front is None or running is None or running.program is None:
            return None, "", None
        return self._front, running.program.output.text(), running.ending

    def _is_more_to_see(self) -> bool:
        """Whether programs are to be looked at for where they listen: something new listens, or it is time."""
        if not any(one.is_starting for one in self._running.values()):
            return False
        listening, now = all_listening(), time.monotonic()
        if listening is not None and listening == self._listening and now - self._looked_at < LOOK_EVERY:
            return False
        self._listening, self._looked_at = listening, now
        return True

    def _logged(self, port: int, nth: int) -> "Served | None":
        if self._front is None or self._front.requests is None:
            return None
        with self._lock:
            return self._read_log(self._front.requests).find(port, nth)

    def _read_log(self, path: Path) -> "RequestLog":
        if self._log is None:
            from stackwalk.whole.logged import RequestLog

            self._log = RequestLog()
        self._log.read(path)
        return self._log

    def _launch(self, running: Running) -> None:
        moved = {port: free_port() for port in running.part.spec.moved}
        running.launch(running.part.spec.run, self._environment, moved)

    def _know(self, door: int | None) -> None:
        """All parts that may ever run, and the port of each one's hop, so that the front's file can be prepared."""
        if self._running:
            return
        plan = plan_stack(self.declared.front, self.declared.services, [one.name for one in self.declared.services])
        for part in reversed(plan.parts):  # the tap's first door is the one by which its feed is found
            running = Running(part, self._guardian, self._workspace, self._scratch, self._limits)
            running.entry = (door or 0) if part is plan.outermost else free_port()
            self._running[part.name] = running

    def _hold(self, door: int | None) -> None:
        """Doors for all of them, shut as yet but for the clients' own."""
        outermost, *inner = self._running.values()
        if door is not None:
            outermost.hop = self.tap.add(outermost.name, port=door, target="hold")
            outermost.door_open = True
        for running in inner:
            running.hop = self.tap.add_shut(running.name, running.entry, HOST)

    def _prepare(self, spec: ProgramSpec) -> None:
        self._front = self._nginx(spec) if spec.server == "nginx" else self._other(spec)
        _held(self._front.prepare(self._services()))
        self._told = None

    def _other(self, spec: ProgramSpec) -> "OtherFront":
        from stackwalk.whole.other_front import OtherFront

        return OtherFront(self._guardian, self._workspace, spec, self._scratch / spec.name)

    def _nginx(self, spec: ProgramSpec) -> "Front":
        # Imported while the services start.
        from stackwalk.stack.nginx.finding import find_nginx
        from stackwalk.whole.front import Front

        return Front(
            find_nginx(self._nginx_named),
            self._guardian,
            self._workspace,
            spec,
            self._scratch / spec.name,
            mounts=dict(self.declared.mounts),
            published=self.declared.published,
        )

    def _services(self) -> "dict[str, Service]":
        from stackwalk.nginx.setting import Service

        services = {}
        for spec in self.declared.services:
            parts = [one for one in self._running.values() if one.part.service == spec.name]
            ports = [one.entry for one in reversed(parts)]
            services[spec.name] = Service(spec.port, tuple((HOST, port) for port in ports))
        return services

    def _choose_parts(self) -> None:
        """The parts that the front's file names."""
        named = () if self._front is None else self._front.named
        if self._front is not None and self.declared.front is not None:
            self._running[self.declared.front.name].port = self._front.port
        self.plan = plan_stack(self.declared.front, self.declared.services, named)

    def _launch_front(self) -> None:
        if self._front is not None and self.plan.front is not None:
            self._front.launch(self._running[self.plan.front.name])

    def _restart_front(self) -> None:
        if self.plan.front is not None:
            running = self._running[self.plan.front.name]
            running.hold()
            running.end(RESTART_PATIENCE)
            self._launch_front()


def _held(complaints: "Sequence[Complaint]") -> "tuple[Complaint, ...]":
    """The complaints; raises Refused where one of them keeps the front from running."""
    if any(one.stops for one in complaints):
        raise Refused(complaints)
    return tuple(complaints)


def _stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a file as a word of its own."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text, re.IGNORECASE) is not None
