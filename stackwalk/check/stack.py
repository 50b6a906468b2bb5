"""The learner's whole stack as a check sees it: spoken to through its outermost door, and asked who answered.

Each program of it is a Server to the engine, so that what keeps one from starting is told as in any other lab.
"""

import re
import socket
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from stackwalk.check import ending as endings
from stackwalk.check.answer import Answer
from stackwalk.check.copy import Copy
from stackwalk.check.crash import bounded
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.ground import Conversation, Ground
from stackwalk.check.server import GLANCE, LIMITS, SLOW_START, Server, as_curl
from stackwalk.check.source import must_be_readable
from stackwalk.check.verdict import Cause
from stackwalk.check.workspace import Workspace
from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.nginx.complaint import Complaint
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import Guardian
from stackwalk.stack.nginx.preparing import Prepared
from stackwalk.whole.plan import declare, plan_stack
from stackwalk.whole.reading import read_composed
from stackwalk.whole.running import Running
from stackwalk.whole.stack import Refused
from stackwalk.whole.stack import Stack as WholeStack
from stackwalk.wire.message import Request

_ADDRESS = re.compile(r"[0-9.]+:[0-9]+")
LOGGED = 10.0  # seconds until a request that was answered must stand in the log, if the machine is very busy


def copy_environment(copy: Copy, run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
    """What a program in the copy is started with."""
    environment = learner_environment(copy.origin, run_dir, moved)
    # The copy is new and has no __pycache__; a check may edit what is imported twice within a second.
    environment.pop("PYTHONPYCACHEPREFIX", None)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment


class Call(Conversation):
    """A connection to the front; which request each answer was to is remembered."""

    calls: "list[tuple[Answer, int, int]]"  # an answer, the client's port, the request's place on its connection
    port = 0
    asked = 0

    def answer(self, method: str = "GET", patience: float | None = None, *, whole: bool = True) -> Answer:
        """Read one answer to its end; what never comes or breaks off raises LearnerFailure."""
        answer = super().answer(method, patience, whole=whole)
        self.asked += 1
        self.calls.append((answer, self.port, self.asked))
        return answer

    def only_answer(self, method: str, patience: float | None = None, *, whole: bool = True) -> Answer:
        """Read one answer and what comes after it, on a connection that has no other use; then close it."""
        answer = super().only_answer(method, patience, whole=whole)
        self.calls.append((answer, self.port, self.asked))
        return answer


class Part:
    """One program of the stack, by its name: application-1, application2, nginx …"""

    def __init__(self, stack: "Stack", running: Running) -> None:
        self._stack = stack
        self._running = running

    @property
    def name(self) -> str:
        """Its name; copies of a service are called NAME-1, NAME-2 …"""
        return self._running.name

    @property
    def address(self) -> str:
        """Where nginx finds it, as `$upstream_addr` has it: "127.0.0.1:23001"."""
        return self._running.address

    @property
    def pid(self) -> int | None:
        """Its first process; None: it does not run."""
        return self._running.pid

    def processes(self) -> tuple[int, ...]:
        """All its processes, the first one first."""
        return () if self._running.program is None else self._running.program.processes()

    def output(self) -> str:
        """What it has printed."""
        return self._stack.printed_by(self._running)

    def kill(self) -> None:
        """`kill -9`: when this returns it is gone, and whoever comes to it is refused."""
        self._stack.touched = True
        self._running.kill()

    def stop(self) -> None:
        """SIGTERM: when this returns it is gone."""
        self._stack.touched = True
        self._running.stop()

    def pause(self) -> None:
        """Stop its processes where they are: it takes connections and answers none."""
        self._stack.touched = True
        self._running.pause()

    def resume(self) -> None:
        """Let it go on after a pause."""
        self._running.resume()

    def start(self) -> None:
        """Start it again; when this returns it answers. Raises LearnerFailure where it does not."""
        self._stack.start_part(self._running)


class Stack:
    """A web server and what stands behind it, in the words that a lab's check uses."""

    def __init__(
        self, ground: Ground, guardian: Guardian, copy: Copy, front: ProgramSpec, services: tuple[ProgramSpec, ...],
        run_dir: Path, *, patience: float, start_patience: float, nginx: str | None = None,
        begun: WholeStack | None = None,
    ) -> None:  # fmt: skip
        """`begun`: a stack of just these programs whose services have been started already."""
        self._ground = ground
        self._guardian = guardian
        self._copy = copy
        self._front = front
        self._services = services
        self._run_dir = run_dir
        self._patience = patience
        self._start_patience = start_patience
        self._servers: dict[str, Server] = {}  # the services, by the names of their parts
        self._calls: list[tuple[Answer, int, int]] = []
        self._edited: dict[str, bytes | None] = {}  # files that the check has changed, as they were
        self._arrivals = 0  # of requests at services, before this check
        self._log_marks: dict[Path, int] = {}
        self._began = 0.0
        self.started_in: float | None = None
        self.touched = False  # a check has killed, paused or edited something: the next one gets a fresh stack
        if begun is not None:
            self.whole = begun
            return
        declared = declare(front, services, read_composed(copy.root), compose_first=False)
        self.whole = WholeStack(
            declared,
            guardian,
            workspace=copy.root,
            scratch=run_dir,
            environment=self._environment_of,
            nginx=nginx,
            limits=LIMITS,
        )

    # What checks use

    def get(
        self, target: str, *, method: str = "GET", headers: Iterable[tuple[str, str]] = (), body: bytes = b"",
        patience: float | None = None, whole: bool = True,
    ) -> Answer:  # fmt: skip
        """Ask as curl does, in one write on a connection of its own, and read the answer to its end.

        Raises LearnerFailure where the answer does not come, breaks off (but for whole=False) or never ends.
        """
        connection = self.connect()
        connection.send(as_curl(f"localhost:{self._front.clients_at}", target, method, headers, body))
        answer = connection.only_answer(method, patience, whole=whole)
        self._ground.answer = answer
        return answer

    def connect(self) -> Call:
        """A new connection to the front. Raises LearnerFailure where it takes none."""
        self.whole.look()
        running = self._front_running
        if running.listener is None or running.ending is not None:
            raise self._front_ended()
        patience = self._ground.budget.wait(self._patience)
        try:
            connection = Call(
                *_address(running.listener.address, running.listener.port), patience=self._patience,
                budget=self._ground.budget, transcript=self._ground.transcript, judge=self._judge,
            )  # fmt: skip
        except ConnectionError:
            raise self._judge(
                LearnerFailure(f"{self._front.name} takes no more connections.", Cause.NOT_LISTENING)
            ) from None
        except TimeoutError:
            raise self._judge(
                LearnerFailure(f"A client could not connect within {patience:.1f} s.", Cause.SILENT)
            ) from None
        connection.calls = self._calls
        connection.port = connection.own_port
        connection.ground = self._ground
        self._ground.connections.append(connection)
        return connection

    def served(self, answer: Answer) -> tuple[str, ...]:
        """Who was asked for that answer, by name, in that order: the last one gave it. Empty: nginx itself did.

        Raises LearnerFailure where somebody outside of this lab was asked.
        """
        call = self._call_of(answer)
        names = self.whole.served(*call, self._ground.budget.wait(LOGGED))
        asked = () if names else (one.address for one in self.whole.told(*call, self._ground.budget.wait(LOGGED)).tries)
        stranger = next((one for one in asked if _ADDRESS.fullmatch(one) and not one.startswith("127.")), None)
        if stranger is not None:
            message = f"{self._front.name} has asked {stranger}, and that is none of your services."
            raise LearnerFailure(message, Cause.WRONG_ANSWER, actual=answer.first_line)
        return names

    def asked(self, name: str) -> tuple[Request, ...]:
        """The requests that have come to a service (or to one copy of it) since the check began, as nginx sent them.

        `.head.raw` holds the very bytes; bodies are not kept.
        """
        names = {one.name for one in self.whole.parts if name in (one.name, one.part.service)}
        if not names and not self._is_known(name):
            raise LookupError(f"there is no service called {name} at this step")
        self.whole.hear()
        arrivals = list(self.whole.record.arrivals)[self._arrivals :]
        return tuple(one.request for one in arrivals if one.hop in names)

    def part(self, name: str) -> Part:
        """A part by its name. Raises LearnerFailure where the learner's file does not speak to it."""
        running = next((one for one in self.whole.parts if one.name == name), None)
        if running is None and self._is_known(name):
            message = f"{self._front.file} does not speak to {name}, so nothing of that name runs."
            raise LearnerFailure(message, expected=name, actual=", ".join(one.name for one in self.whole.parts[:-1]))
        if running is None:
            raise LookupError(f"there is no part called {name} at this step")
        return Part(self, running)

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts that run at this step, innermost first; nginx is the last."""
        return tuple(Part(self, running) for running in self.whole.parts)

    @property
    def address(self) -> tuple[str, int]:
        """Where the front really listens; a client that is none of a check's own may connect there."""
        listener = self._front_running.listener
        if listener is None:
            raise self._front_ended()
        return listener.address, listener.port

    @property
    def log_names(self) -> tuple[str, ...]:
        """The logs that the learner's file names, as they stand there."""
        return tuple(self._logs())

    def log(self, name: str = "access.log") -> str:
        """What a log that the learner's file names holds by now, of this check alone.

        Raises LearnerFailure where the file names no such log.
        """
        path = self._log_path(name)
        return path.read_bytes()[self._log_marks.get(path, 0) :].decode("utf-8", "replace") if path.is_file() else ""

    def await_log(self, text: str, name: str = "access.log", patience: float = LOGGED) -> str:
        """Wait until a line of a log has that text in it; the line. "" where none comes in time."""
        deadline, pause = time.monotonic() + self._ground.budget.wait(patience), GLANCE[0]
        while True:
            found = next((line for line in self.log(name).split("\n")[:-1] if text in line), "")
            if found or time.monotonic() >= deadline:
                return found
            self.whole.await_any(pause)
            pause = min(pause * 1.5, GLANCE[1])

    def edit(self, file: str, text: str) -> None:
        """Write a file in the workspace's copy; after the check it is again as it was. See `reload`, `restart`."""
        target = self._copy.root / file
        self._edited.setdefault(file, target.read_bytes() if target.is_file() else None)
        self.touched = True
        Workspace(self._copy.root, self._copy.origin).write(file, text)

    def reload(self) -> None:
        """Let nginx take its file as it is now, as `nginx -s reload` does. Raises LearnerFailure where it does not."""
        self.touched = True
        try:
            self.whole.reload()
        except Refused as refused:
            raise self._refused(refused) from None
        self._await_services()
        self._await_front(time.monotonic() + self._start_patience)

    def restart(self) -> None:
        """End all of it and start it again from the files as they are now."""
        self.touched = True
        self.whole.end()
        self.started_in = None
        self.begin()
        self.await_ready()

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """What was said against the front's file, as it is used now: warnings and notes."""
        return self.whole.complaints

    @property
    def running(self) -> bool:
        """Whether no part has ended."""
        self.whole.look()
        return all(one.state != "ended" for one in self.whole.parts)

    # What the engine uses

    def notes(self) -> tuple[str, ...]:
        """What the web server takes of its file, and is likely a slip, a sentence or two each."""
        told = (one for one in self.complaints if one.severity in ("warning", "note"))
        return tuple(f"{one.place}: {one.means} {one.try_this}".rstrip() for one in told)

    @property
    def ready(self) -> bool:
        """Whether it has once been ready."""
        return self.started_in is not None

    @property
    def answers(self) -> bool:
        """Whether it is ready only once it has answered."""
        return True

    @property
    def starts_slowly(self) -> bool:
        """Whether it took so long to start that it should not be started again without need."""
        return (self.started_in or 0.0) >= SLOW_START

    def begin(self) -> None:
        """Launch all of it. Raises LearnerFailure where there is nothing to run."""
        must_be_readable(self._copy, self._front.file)
        self._began = time.monotonic()
        try:
            self.whole.prepare()
            for part in self.whole.plan.services:
                must_be_readable(self._copy, part.spec.file)
            self.whole.start()
        except Refused as refused:
            raise self._refused(refused) from None
        except StackwalkError as error:
            raise LearnerFailure(error.what, Cause.NEEDS, hint=error.try_this) from None
        self._adopt()

    def await_ready(self) -> None:
        """Wait until every part is ready. Raises LearnerFailure that says which is not, and why."""
        if self.ready:
            return
        self._await_services()
        self._await_front(self._began + self._start_patience)
        self.started_in = time.monotonic() - self._began
        self.begin_check()

    def begin_check(self) -> None:
        """A further check begins: what has come and was printed before is not of its making."""
        self.whole.hear()
        self._arrivals = len(self.whole.record.arrivals)
        self._calls.clear()
        paths = list(self._logs().values())
        errors = None if self.whole.front is None else self.whole.front.errors
        paths += [] if errors is None else [errors]
        self._log_marks = {path: path.stat().st_size for path in paths if path.is_file()}
        for server in self._servers.values():
            server.begin_check()

    def must_go_on(self) -> None:
        """After a check: raise LearnerFailure where a part has ended by itself."""
        if self.touched:
            return
        for name, server in self._servers.items():
            try:
                server.must_go_on()
            except LearnerFailure as failure:
                raise self._of_part(name, failure) from None
        self.whole.look()
        if self._front_running.ending is not None:
            raise self._front_ended()

    def better(self, failure: LearnerFailure) -> LearnerFailure:
        """What a check says, or why a part has ended where that explains it; what nginx has logged meanwhile."""
        if failure.cause is not Cause.WRONG_ANSWER:
            return failure
        if not self.touched:
            for name, server in self._servers.items():
                better = server.better(failure)
                if better is not failure:
                    return self._of_part(name, better)
        return self._with_words(failure)

    def works(self) -> str:
        """What it does already, as sentences."""
        if not self.ready:
            return ""
        names = ", ".join(one.name for one in self.whole.parts[:-1]) or "no application"
        return f"{self._front.name} listens on port {self._front.clients_at}, and {names} behind it."

    def output(self) -> str:
        """What its parts have printed."""
        return "\n".join(filter(None, (self.printed_by(one) for one in self.whole.parts)))

    def end(self) -> None:
        """End all of it at once, and make again what the check has edited."""
        self.whole.end()
        for file, content in self._edited.items():
            if content is None:
                (self._copy.root / file).unlink(missing_ok=True)
            else:
                Workspace(self._copy.root, self._copy.origin).write(file, content)
        self._edited.clear()

    def start_part(self, running: Running) -> None:
        """Start a part that was ended, and wait for it."""
        self.whole.start_part(running.name)
        self._adopt()
        self._await_services()
        self._await_front(time.monotonic() + self._start_patience)

    def printed_by(self, running: Running) -> str:
        """What a part has printed, with the learner's own folder in it."""
        return "" if running.program is None else self._copy.as_learner(running.program.printed().text())

    # Its own

    def _is_known(self, name: str) -> bool:
        """Whether the lab has a service, or a copy of one, that is called so."""
        plan = plan_stack(self._front, self._services, [one.name for one in self._services])
        return any(name in (part.name, part.service) for part in plan.services)

    @property
    def _front_running(self) -> Running:
        return self.whole.running(self._front.name)

    def _environment_of(self, run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
        return copy_environment(self._copy, run_dir, moved)

    def _adopt(self) -> None:
        """A Server for each service that has been launched since."""
        for running in self.whole.parts[:-1]:
            known = self._servers.get(running.name)
            if running.program is None or (known is not None and known.is_of(running.program)):
                continue
            self._servers[running.name] = Server.around(
                running.program, self._ground, self._guardian, self._copy, running.part.spec, self._run_dir,
                patience=self._patience, start_patience=self._start_patience,
            )  # fmt: skip

    def _await_services(self) -> None:
        self._adopt()
        for running in self.whole.parts[:-1]:
            if running.ending is not None:
                continue  # the check has ended it
            try:
                self._servers[running.name].await_ready()
                running.answers()
            except LearnerFailure as failure:
                raise self._of_part(running.name, failure) from None
        self.whole.look()

    def _await_front(self, deadline: float) -> None:
        running, pause = self._front_running, GLANCE[0]
        while True:
            self.whole.look()
            if running.state == "ready":
                return
            if running.ending is not None:
                raise self._front_ended()
            elsewhere = () if running.program is None else running.program.listeners()
            if elsewhere and not any(each.typed == running.port for each in elsewhere):
                failure = endings.elsewhere(elsewhere, self._front.port)
                failure.message = failure.message.replace("Your program", self._front.name)
                raise failure
            if time.monotonic() >= deadline:
                raise LearnerFailure(
                    f"{self._front.name} runs, and does not listen on port {self._front.port}.", Cause.NOT_LISTENING
                )
            self.whole.await_any(pause)
            pause = min(pause * 1.2, GLANCE[1])

    def _front_ended(self) -> LearnerFailure:
        """Why the front does not run."""
        running, front = self._front_running, self.whole.front
        said = self.printed_by(running)
        stops = [one for one in (front.said(said) if front is not None else ()) if one.stops]
        if stops:
            return self._refused(Refused(stops))
        return LearnerFailure(f"{self._front.name} has ended.", Cause.EXITED, output=bounded(said))

    def _refused(self, refused: Refused) -> LearnerFailure:
        return LearnerFailure(self._copy.as_learner(refused.what), Cause.EXITED, hint=refused.try_this)

    def _of_part(self, name: str, failure: LearnerFailure) -> LearnerFailure:
        """A failure of one program among several: its name comes first."""
        if len(self._servers) > 1 and not failure.message.startswith(f"{name}: "):
            failure.message = f"{name}: {failure.message}"
        return failure

    def _judge(self, failure: LearnerFailure) -> LearnerFailure:
        """What a connection saw, in the words of a stack, or why a part has ended where that explains it."""
        failure.message = failure.message.replace("Your program", "Your stack").replace("your program", "your stack")
        self.whole.look()
        if not self.touched:
            for name, server in self._servers.items():
                ended = server.why_ended()
                if ended is not None:
                    return self._of_part(name, ended)
        if self._front_running.ending is not None and not self.touched:
            return self._front_ended()
        return self._with_words(failure)

    def _with_words(self, failure: LearnerFailure) -> LearnerFailure:
        """Add an application's traceback, else what the front has logged, where that tells more."""
        if failure.cause is Cause.WRONG_ANSWER:
            failure.blame = self._blamed()
        if failure.output:
            return failure
        for name, server in self._servers.items():
            crash = server.crash()
            if crash:
                failure.output = f"{name}:\n{crash}" if len(self._servers) > 1 else crash
                return failure
        told = [f"{one.said}\n{one.means}" for one in self._front_errors()]
        failure.output = bounded("\n".join(dict.fromkeys(told)))
        return failure

    def _blamed(self) -> Complaint | None:
        """The line of the front's file that has to do with the last answer, where one strikes."""
        from stackwalk.nginx.blaming import Case, blame  # only where a check has failed

        front, answer = self.whole.front, self._ground.answer
        call = next((call for call in self._calls if call[0] is answer), None)
        if front is None or answer is None or call is None:
            return None
        prepared = front.prepared
        if not isinstance(prepared, Prepared):
            return None  # no nginx: nobody has read its file so closely
        try:
            served = self.whole.told(call[1], call[2], self._ground.budget.wait(LOGGED))
        except LookupError:
            return None
        block = next((one for one in prepared.blocks if one.key == served.block), None)
        target = [*served.line.split(" "), ""][1]
        case = Case(served.host, target, answer.status, bool(served.tries), block, served.uri)
        return blame(prepared.project, prepared.setting, case, self.complaints)

    def _front_errors(self) -> tuple[Complaint, ...]:
        """What the front has logged since the check began, explained."""
        front = self.whole.front
        path = None if front is None else front.errors
        if front is None or path is None or not path.is_file():
            return ()
        new = path.read_bytes()[self._log_marks.get(path, 0) :].decode("utf-8", "replace")
        return front.said(new)

    def _call_of(self, answer: Answer) -> tuple[int, int]:
        for known, port, nth in self._calls:
            if known is answer:
                return port, nth
        raise LookupError("that answer is none of this check's stack")

    def _logs(self) -> dict[str, Path]:
        front = self.whole.front
        return {} if front is None else dict(front.logs)

    def _log_path(self, name: str) -> Path:
        for typed, path in self._logs().items():
            if typed.rpartition("/")[2] == name.rpartition("/")[2]:
                return path
        raise LearnerFailure(f"{self._front.file} names no log called {name}.", Cause.WRONG_ANSWER)


def _address(address: str, port: int) -> tuple[int, tuple[str, int]]:
    return (socket.AF_INET6, ("::1", port)) if ":" in address else (socket.AF_INET, ("127.0.0.1", port))
