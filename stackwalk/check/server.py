"""The learner's program as a check sees it: launched, spoken to, and asked how it is.

Ready is a listening socket in its process tree, never a trial connection: a naive program takes one that says
nothing for a request, and dies of it.
"""

import socket
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from stackwalk.check import ending as endings
from stackwalk.check.ahead import Ahead
from stackwalk.check.answer import Answer
from stackwalk.check.copy import Copy
from stackwalk.check.crash import last_crash, last_lines
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.ground import Conversation, Ground
from stackwalk.check.source import must_be_readable, python_files, where_it_stands
from stackwalk.check.verdict import Cause
from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.stack import kin
from stackwalk.stack.answering import Question
from stackwalk.stack.environment import free_port, learner_environment
from stackwalk.stack.launch import Guardian, GuardianLost, Program
from stackwalk.stack.limits import Ending, Limits
from stackwalk.stack.listening import Listener
from stackwalk.stack.packages import must_have
from stackwalk.stack.standing import asked_in

LIMITS = Limits(output=10 * 1024 * 1024)
GRACE = 1.0  # seconds in which a program that listens elsewhere may still come to the right place
SLOW_START = 1.0  # seconds; a program that needs longer is told so
DEATH = 0.5  # seconds in which a program that broke off may be seen to end
QUIET = 0.1  # seconds of waiting after which it is not about to end
REST = 0.25  # seconds in which a program comes to rest after an answer, or ends
GLANCE = (0.001, 0.02)  # seconds between two looks, at first and later
_HANGS = (Cause.SILENT, Cause.TOO_SLOW, Cause.NOT_LISTENING)
_BROKEN_OFF = (Cause.CLOSED_EARLY, Cause.RESET, Cause.NOT_LISTENING)


def as_curl(host: str, target: str, method: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """A request as curl writes it: no program can tell a check from a client."""
    more = list(headers)
    given = {name.lower() for name, _ in more}
    usual = [("Host", host), ("User-Agent", "curl/8.14.1"), ("Accept", "*/*")]
    lines = [line for line in usual if line[0].lower() not in given] + more
    if body and "content-length" not in given:
        lines.append(("Content-Length", str(len(body))))
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    return head.encode("utf-8", "surrogateescape") + body


class Server:
    """A program that listens, in the words that a lab's check uses."""

    def __init__(
        self, ground: Ground, guardian: Guardian, copy: Copy, spec: ProgramSpec, run_dir: Path, *,
        patience: float, start_patience: float,
    ) -> None:  # fmt: skip
        self._ground = ground
        self._guardian = guardian
        self._copy = copy
        self._spec = spec
        self._run_dir = run_dir
        self._patience = patience
        self._start_patience = start_patience
        self._program: Program | None = None
        self._address: tuple[int, tuple[str, int]] | None = None
        self._began = 0.0
        self._mark = 0  # in what it printed: where this check begins
        self.started_in: float | None = None  # seconds until it was ready
        self.touched = False  # a check has changed it for good: the next one gets a fresh one

    # What checks use

    def get(
        self, target: str, *, method: str = "GET", headers: Iterable[tuple[str, str]] = (), body: bytes = b"",
        patience: float | None = None, whole: bool = True,
    ) -> Answer:  # fmt: skip
        """Ask as curl does, in one write on a connection of its own, and read the answer to its end.

        Raises LearnerFailure where the answer does not come, breaks off (but for whole=False) or never ends.
        """
        connection = self.connect()
        connection.send(as_curl(f"localhost:{self._spec.port}", target, method, headers, body))
        answer = connection.only_answer(method, patience, whole=whole)
        self._ground.answer = answer
        return answer

    def connect(self) -> Conversation:
        """A new connection. Raises LearnerFailure where the program no longer takes any."""
        patience = self._ground.budget.wait(self._patience)
        deadline = time.monotonic() + patience
        while True:
            family, address = self._address or self._where(deadline)
            try:
                connection = Conversation(
                    family, address, patience=self._patience, budget=self._ground.budget,
                    transcript=self._ground.transcript, judge=self._judge, held_up=self._held_up,
                )  # fmt: skip
            except ConnectionError:
                # It may be about to listen again: some programs make a new socket for each client.
                self._address = None
            except TimeoutError:
                raise self._judge(
                    LearnerFailure(
                        f"A client could not connect within {patience:.1f} s: your program does not accept, "
                        "and its queue of waiting clients is full.",
                        Cause.SILENT,
                    )
                ) from None
            else:
                connection.ground = self._ground
                self._ground.connections.append(connection)
                return connection

    def output(self) -> str:
        """What the program has printed so far; of a flood, the first and the last of it."""
        return "" if self._program is None else self._copy.as_learner(self._program.printed().text())

    def processes(self) -> tuple[int, ...]:
        """The processes of the program, its first one first."""
        program = self._running()
        return (program.pid, *(pid for pid in program.processes() if pid != program.pid))

    def await_processes(self, count: int, patience: float = 3.0) -> tuple[int, ...]:
        """Wait until the program has so many processes, its first one included; those that there are then."""
        deadline, pause = time.monotonic() + self._ground.budget.wait(patience), GLANCE[0]
        while len(found := self.processes()) != count:
            left = deadline - time.monotonic()
            if left <= 0 or self._running().poll() is not None:
                break
            self._running().wait(min(pause, left))
            pause = min(pause * 1.5, GLANCE[1])
        return found

    def holders(self) -> tuple[int, ...]:
        """Those of its processes that hold the very socket on which it listens."""
        return self._running().holders(self._spec.port)

    def await_output(self, text: str, patience: float = 2.0) -> bool:
        """Wait until the program has printed that text; whether it did within that many seconds."""
        deadline = time.monotonic() + self._ground.budget.wait(patience)
        pause = GLANCE[0]
        while text not in self.output():
            left = deadline - time.monotonic()
            if left <= 0 or self._program is None:
                return False
            if self._program.poll() is not None:
                return text in self.output()
            self._program.wait(min(pause, left))
            pause = min(pause * 1.5, GLANCE[1])
        return True

    def must_be_running(self, message: str) -> None:
        """Raise LearnerFailure with the message, and how the program ended, unless it runs."""
        end = self._settled()
        if end is not None:
            failure = self._ended(end)
            failure.message = f"{message} {failure.message}"
            raise failure

    @property
    def running(self) -> bool:
        """Whether the program has not ended."""
        return self._program is not None and self._program.poll() is None

    # What the engine uses

    @property
    def answers(self) -> bool:
        """Whether it is ready only once it has answered."""
        return self._spec.answers

    @property
    def ready(self) -> bool:
        """Whether it has once been ready."""
        return self.started_in is not None

    @property
    def starts_slowly(self) -> bool:
        """Whether it took so long to listen that it should not be started again without need."""
        return (self.started_in or 0.0) >= SLOW_START

    @classmethod
    def around(
        cls, program: Program, ground: Ground, guardian: Guardian, copy: Copy, spec: ProgramSpec, run_dir: Path, *,
        patience: float, start_patience: float,
    ) -> Self:  # fmt: skip
        """A program that somebody else has launched, a moment ago."""
        server = cls(
            ground, guardian, copy, spec, run_dir, patience=patience, start_patience=start_patience
        )  # fmt: skip
        server._program = program
        server._began = time.monotonic()
        return server

    def is_of(self, program: Program) -> bool:
        """Whether it is about that very program."""
        return self._program is program

    def begin(self, ready: Ahead | None = None) -> None:
        """Launch it, or let the one go on that waits. Raises LearnerFailure where there is nothing to run."""
        must_be_readable(self._copy, self._spec.file)
        try:
            must_have(self._copy.origin, self._spec.needs)
        except StackwalkError as error:
            raise LearnerFailure(error.what, Cause.NEEDS, hint=error.try_this) from None
        self._began = time.monotonic()
        self._program = None if ready is None else ready.go(self._spec, self._copy)
        if self._program is None:
            self._program = self._launch()

    def _launch(self) -> Program:
        moved = {port: free_port() for port in self._spec.moved}
        environment = learner_environment(self._copy.origin, self._run_dir, moved)
        # The copy is new and has no __pycache__, so nothing in it is stale; without this all of the standard
        # library would be compiled at each launch.
        environment.pop("PYTHONPYCACHEPREFIX", None)
        environment |= asked_in(self._run_dir)
        try:
            return self._guardian.launch(self._spec.run, cwd=self._copy.root, environment=environment, limits=LIMITS)
        except GuardianLost:
            raise self._ended(Ending(None, None, killed_starter=True)) from None
        except StackwalkError as error:
            raise LearnerFailure(error.what, Cause.NEEDS, hint=error.try_this) from None

    def await_ready(self, at_most: float | None = None) -> None:
        """Wait until it listens where it should. Raises LearnerFailure that says what it does instead."""
        if self.ready:
            return
        allowed = self._start_patience if at_most is None else min(self._start_patience, at_most)
        patience = allowed - (time.monotonic() - self._began)
        left = self._ground.budget.left
        deadline = time.monotonic() + max(0.5, min(patience, left))
        try:
            _, (address, port) = self._where(deadline)
            if self._spec.answers:
                self._await_answer(address, port, deadline)
        except LearnerFailure as failure:
            if failure.cause is Cause.NOT_LISTENING and left < patience:
                raise self._ground.budget.spent() from None  # it had less time than a program may take
            if failure.cause in _HANGS:
                failure.stands = self._stands()
            raise
        self.started_in = time.monotonic() - self._began
        self._mark = self._running().output.mark()

    def begin_check(self) -> None:
        """A further check begins: what was printed before is not of its making."""
        self._mark = self._running().output.mark()

    def must_go_on(self) -> None:
        """After a check: raise LearnerFailure where the program has ended by itself."""
        end = self._settled()
        if end is not None:
            raise self._ended(end)

    def better(self, failure: LearnerFailure) -> LearnerFailure:
        """What a check says, or how the program ended where that explains it."""
        if failure.cause in _BROKEN_OFF and self.ready:
            return self._judge(failure)  # a check that read by itself has not asked whether the program lives
        if failure.cause in _HANGS:
            failure.where = self._stands
            return self._with_output(failure) if self.ready else failure
        if failure.cause is not Cause.WRONG_ANSWER:
            return failure
        end = self._settled()
        if end is None:
            return self._with_output(failure)
        ended = self._ended(end)
        ended.expected, ended.actual = failure.expected, failure.actual
        return ended

    def works(self) -> str:
        """What it does already, as sentences; "" where it has not even listened."""
        if not self.ready:
            return ""
        printed = self.output()
        asked = (piece.data.split(b" ", 2) for piece in self._ground.transcript.pieces if piece.sender == "client")
        targets = (words[1].decode("ascii", "replace") for words in asked if len(words) > 1)
        prints = any(len(target) > 1 and target in printed for target in targets)
        return f"Your program listens on port {self._spec.port}." + (
            " It prints what a client sends." if prints else ""
        )

    def end(self) -> None:
        """End it at once: what runs in a copy has nothing to save."""
        if self._program is not None:
            self._program.end(0.0)

    def crash(self) -> str:
        """What the program has printed of an error of the learner's since the check began; "" where it has not."""
        self._hear_out()
        crash = last_crash(self._running().printed().since(self._mark), str(self._copy.root))
        return crash.text if crash and crash.file else ""

    def why_ended(self) -> LearnerFailure | None:
        """Why it does not run; None: it runs."""
        end = self._running().poll()
        return None if end is None else self._ended(end)

    def _running(self) -> Program:
        if self._program is None:
            raise RuntimeError("the program was not launched")
        return self._program

    def _where(self, deadline: float) -> tuple[int, tuple[str, int]]:
        """Wait until something of the program listens where clients look, and say where that is."""
        program, pause = self._running(), GLANCE[0]
        elsewhere_since: float | None = None
        while True:
            listeners = program.listeners()
            right = self._right(listeners)
            if right is not None:
                self._address = _address(right)
                return self._address
            end = program.poll()
            if end is not None:
                raise self._ended(end)
            now = time.monotonic()
            if listeners:
                elsewhere_since = elsewhere_since or now
                if now - elsewhere_since >= GRACE or now >= deadline:
                    raise self._with_output(endings.elsewhere(listeners, self._spec.port))
            elif now >= deadline:
                raise self._nowhere(program)
            program.wait(max(0.0, min(pause, deadline - now)))
            pause = min(pause * 1.2, GLANCE[1])

    def _await_answer(self, address: str, port: int, deadline: float) -> None:
        """Wait until it has answered a request of ours: its port may be open before it has the learner's code."""
        program, question, pause = self._running(), Question(address, port), GLANCE[0]
        begun = time.monotonic()
        try:
            while not question.look():
                other = [each for each in program.listeners() if each.typed != self._spec.port]
                if other and time.monotonic() - begun >= GRACE:
                    raise self._with_output(endings.elsewhere(other, self._spec.port))
                end = program.poll()
                if end is not None:
                    raise self._ended(end)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._with_output(endings.mute(self._spec.port, time.monotonic() - self._began))
                program.wait(min(pause, left))
                pause = min(pause * 1.2, GLANCE[1])
        finally:
            question.close()

    def _right(self, listeners: Iterable[Listener]) -> Listener | None:
        for each in listeners:
            if each.kind == "tcp" and each.typed == self._spec.port and each.address in endings.HERE:
                return each
        return None

    def _nowhere(self, program: Program) -> LearnerFailure:
        if self.ready:
            return self._with_output(
                LearnerFailure(
                    f"Your program runs, but no longer listens on port {self._spec.port}: the next client is refused.",
                    Cause.NOT_LISTENING,
                )
            )
        bound = any(each.port == self._spec.port for each in program.bound())
        return endings.not_listening(
            self._spec.port, time.monotonic() - self._began, bound=bound, output=program.printed().text(),
            folder=str(self._copy.root),
        )  # fmt: skip

    def _stands(self) -> str:
        """Where it hangs, in a sentence; "" where nobody knows."""
        return "" if self._program is None else where_it_stands(self._program, self._copy)

    def _held_up(self) -> float:
        return self._running().held_up()

    def _judge(self, failure: LearnerFailure) -> LearnerFailure:
        """What a connection saw, or how the program ended where that explains it."""
        patience = DEATH if failure.cause in _BROKEN_OFF else 0.02
        end = self._ended_within(max(0.02, self._ground.budget.wait(patience)))
        return self._with_output(failure) if end is None else self._ended(end)

    def _ended_within(self, seconds: float) -> Ending | None:
        """How the program ended, if it does within that time; one that has been waiting for a while lives on."""
        program = self._running()
        deadline = time.monotonic() + seconds
        quiet_since: float | None = None
        while program.poll() is None and (now := time.monotonic()) < deadline:
            look = kin.look(program.pid)
            quiet_since = (quiet_since or now) if look is not None and look.state == "S" else None
            if quiet_since is not None and now - quiet_since > QUIET:
                return None
            program.wait(0.005)
        return program.poll()

    def _settled(self) -> Ending | None:
        """How the program ended, once it has either ended or come to rest."""
        program = self._running()
        deadline = time.monotonic() + REST
        while program.poll() is None and time.monotonic() < deadline:
            look = kin.look(program.pid)
            if look is not None and look.state == "S":
                return None
            program.wait(0.002)
        return program.poll()

    def _hear_out(self) -> None:
        """What it printed before its answer may come a moment later than that."""
        program = self._running()
        deadline, heard = time.monotonic() + REST, -1
        answer = self._ground.answer
        # Who answers that it has failed has most often printed why.
        speaks = answer is not None and (answer.status or 0) >= 500
        while time.monotonic() < deadline:
            now = program.output.total
            if now == heard and not (speaks and now == self._mark):
                return
            heard = program.output.total
            program.wait(0.02)

    def _with_output(self, failure: LearnerFailure) -> LearnerFailure:
        """Add what the program printed; an error in it that did not end the program is named."""
        if failure.cause in _HANGS:
            failure.where = self._stands
        if failure.output:
            return failure
        self._hear_out()
        text = self._running().printed().since(self._mark)
        crash = last_crash(text, str(self._copy.root))
        failure.output = crash.text if crash else last_lines(text)
        answer = self._ground.answer
        if crash and (crash.file or (answer is not None and (answer.status or 0) >= 500)):
            end = "" if crash.error.endswith((".", "!", "?", "'", ")")) else "."
            failure.message = f"{failure.message} Your program printed an error: {crash.place}{crash.error}{end}"
        return failure

    def _ended(self, end: Ending) -> LearnerFailure:
        text = self._program.printed().text() if self._program is not None else ""
        port = self._spec.port
        if not self.ready and end.code and endings.address_in_use(text):
            other = self._refused_elsewhere()
            if other is not None:
                return endings.refused_elsewhere(other, port)
            if self._not_moved() and _is_taken(port):
                return endings.port_taken(port)
        return endings.ended(
            end, text, when=self._when(), folder=str(self._copy.root), files=python_files(self._copy.root),
            limits=LIMITS, typed=self._spec.line if self._spec.answers else "",
        )  # fmt: skip

    def _refused_elsewhere(self) -> int | None:
        """Another port than the lesson's that the system did not give it: what runs beside the checks may have it."""
        refused = self._program.refused() if self._program is not None else ()
        return next((port for port in refused if port != self._spec.port), None)

    def _not_moved(self) -> bool:
        """Whether the probe is not known to have given the program a port of its own."""
        seen = self._program.bound() if self._program is not None else ()
        return not any(each.port == self._spec.port and (each.listened or each.error) for each in seen)

    def _when(self) -> str:
        if not self.ready:
            return f"before it {'answered' if self._spec.answers else 'listened'} on port {self._spec.port}"
        return f"after the request {self._ground.asked}" if self._ground.asked else "after a client had connected"


def _address(listener: Listener) -> tuple[int, tuple[str, int]]:
    if ":" in listener.address and not listener.address.startswith("::ffff:"):
        return socket.AF_INET6, ("::1", listener.port)
    return socket.AF_INET, ("127.0.0.1", listener.port)


def _is_taken(port: int) -> bool:
    """Whether something on this machine listens on the port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
