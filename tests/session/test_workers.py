"""Which process has which connection, and what each is doing: told from both sides, and never guessed."""

import http.client
import io
import queue
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.screen.console import make_console
from stackwalk.screen.stack import draw_stack
from stackwalk.session.doors import Doors
from stackwalk.session.programs import Programs
from stackwalk.session.session.events import Event, Port, ProgramListening, ProgramProcesses, Sighted
from stackwalk.session.session.react import begin, react
from stackwalk.session.session.stack import Doing, stack_of
from stackwalk.session.session.state import Phase
from stackwalk.session.session.workers import MOST, Workers
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import guarding
from stackwalk.stack.telling import Accepts, TellingPipe, telling_pipe
from stackwalk.wire.message import Exchange, Request, read_head
from stackwalk.wire.sight import Answered, Asked, Closed, Joined, Missed, Opened, Sight, Unanswered, Unreadable

PATIENCE = 60.0
NOWHERE = Path("/nowhere")
SPEC = ProgramSpec("gunicorn", ("gunicorn", "wsgi"), "wsgi.py", 8000, answers=True)
STEP = Step(
    id="3.1", lab=3, number=1, name="step", title="Step", kind="core", live=False, minutes=5, essence="Short.",
    text="Type it.", hints=(), send=(), predictions=(), words=(), folder=NOWHERE, check=NOWHERE, start=None,
    solution=None, replaces=frozenset(), programs=(),
)  # fmt: skip
LAB = Lab(3, "wsgi", "WSGI", "How?", "", NOWHERE, (SPEC,), None, None, (STEP,))
SLOW = Request(read_head(b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n"))


def asked(connection: int, number: int = 1) -> Asked:
    return Asked(connection, 1.0, SLOW, number)


def answered(connection: int, number: int = 1) -> Answered:
    return Answered(connection, 2.0, Exchange(number, connection, SLOW, None, 1.0))


def workers_with(*sights: Sight) -> Workers:
    workers = Workers()
    for sight in sights:
        workers.note(sight)
    return workers


class Shown:
    """A lab with three workers, and what is known of them."""

    def __init__(self, workers: Workers, *, phase: Phase = Phase.LISTENING) -> None:
        session, _ = begin(Course(NOWHERE, (LAB,), ()), LAB, STEP, Progress(), present=("wsgi.py",), at=0.0)
        session, _ = react(session, ProgramProcesses(session.launches, 100, (101, 102, 103)))
        ports = (Port("127.0.0.1", 20000, 8000),)
        session, _ = react(session, ProgramListening(session.launches, ports, phase is Phase.LISTENING))
        self.session = session
        self.workers = workers

    def goes(self, *pids: int) -> None:
        self.session, _ = react(self.session, ProgramProcesses(self.session.launches, 100, pids))

    @property
    def doing(self) -> dict[int, Doing]:
        (layer,) = stack_of(self.session, self.workers, 3.0).layers
        return {worker.pid: worker.doing for worker in layer.workers}

    @property
    def drawn(self) -> str:
        out = io.StringIO()
        console = make_console(out, environ={"COLUMNS": "100"})
        console.show(draw_stack(stack_of(self.session, self.workers, 3.0)))
        return out.getvalue()


def test_a_connection_is_that_of_the_process_which_took_it() -> None:
    workers = workers_with(Opened(1, 0.0, "x"), Joined(1, 0.0, 5001), asked(1))
    assert workers.who(1) is None
    workers.accepts(101, 5001)
    assert workers.who(1) == 101
    workers.note(answered(1))
    workers.note(asked(1, 2))  # kept alive: the same process
    assert workers.who(1) == 101
    workers.note(answered(1, 2))
    workers.note(Closed(1, 3.0, "server", False, 1, 1))
    assert workers.who(1) is None
    assert workers.answered(101) == 2


def test_a_port_that_is_used_again_is_that_of_whoever_took_it_last() -> None:
    workers = workers_with(Opened(1, 0.0, "x"), Joined(1, 0.0, 5001))
    workers.accepts(101, 5001)
    workers.note(Closed(1, 1.0, "client", False, 0, 0))
    for sight in (Opened(2, 2.0, "x"), Joined(2, 2.0, 5001)):
        workers.note(sight)
    assert workers.who(2) is None
    workers.accepts(102, 5001)
    assert workers.who(2) == 102


def test_without_the_probe_nothing_is_said_of_processes() -> None:
    shown = Shown(workers_with(Opened(1, 0.0, "x"), Joined(1, 0.0, 5001), asked(1)))
    assert set(shown.doing.values()) == {Doing.UNKNOWN}
    assert "101\n" in shown.drawn
    assert "no process" not in shown.drawn


def test_what_each_process_is_doing() -> None:
    workers = workers_with(*(Opened(number, 0.0, "x") for number in (1, 2, 3)))
    workers.listens(100)
    shown = Shown(workers, phase=Phase.STARTING)
    assert set(shown.doing.values()) == {Doing.BOOTING}
    for pid in (101, 102):
        workers.serves(pid)
    shown = Shown(workers)
    assert shown.doing == {101: Doing.IDLE, 102: Doing.IDLE, 103: Doing.BOOTING}
    for connection, pid in ((1, 101), (2, 103)):
        workers.note(Joined(connection, 0.0, 5000 + connection))
        workers.accepts(pid, 5000 + connection)
        workers.note(asked(connection))
    workers.note(answered(2))
    workers.note(Joined(3, 0.0, 5003))
    workers.note(asked(3))
    assert shown.doing == {101: Doing.BUSY, 102: Doing.IDLE, 103: Doing.HOLDING}
    assert "101  busy with GET /slow for 2.0 s" in shown.drawn
    assert "103  holds 1 connection, and nothing is asked, 1 answered" in shown.drawn
    assert "1 request of which no process has taken the connection yet: GET /slow" in shown.drawn


def test_a_request_that_can_not_be_read_to_its_end_keeps_its_process_busy() -> None:
    workers = workers_with(Opened(1, 0.0, "x"), Joined(1, 0.0, 5001), asked(1))
    workers.serves(101)
    workers.accepts(101, 5001)
    workers.note(Unreadable(1, 1.5, "client", "no chunk", b"x"))
    assert Shown(workers).doing[101] is Doing.BUSY


def test_a_process_that_is_gone_stands_beside_the_one_in_its_place() -> None:
    workers = workers_with(Opened(1, 0.0, "x"), Joined(1, 0.0, 5001), asked(1))
    workers.listens(100)
    workers.accepts(101, 5001)
    shown = Shown(workers)
    shown.goes(102, 103)
    assert shown.doing[101] is Doing.GONE
    assert "101  gone\n" in shown.drawn
    shown.goes(102, 103, 107)
    assert "101  gone, 107 is in its place" in shown.drawn
    known = [shown.doing[107]]  # none of those that are there has told of itself
    workers.serves(102)
    assert [*known, shown.doing[107]] == [Doing.UNKNOWN, Doing.BOOTING]
    unanswered = Unanswered(1, 2.0, Exchange(1, 1, SLOW, None, 1.0))
    assert workers.who(unanswered.connection) == 101


def test_many_processes_are_counted() -> None:
    shown = Shown(Workers())
    shown.goes(*range(200, 240))
    assert "and 24 more" in shown.drawn


def test_what_is_kept_is_bounded_and_what_was_missed_is_forgotten() -> None:
    workers = Workers()
    for number in range(1, 2 * MOST):
        workers.note(Opened(number, 0.0, "x"))
        workers.note(Joined(number, 0.0, number))
        workers.note(asked(number))
        workers.accepts(101, number)
    assert workers.clients == MOST
    assert sum(map(len, workers.underway().values())) == MOST
    workers.note(Missed(0, 3.0, 5))
    assert workers.clients == 0 and not workers.underway()


# For real ----------------------------------------------------------------------------------------------------

PID = """import os, time


def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1.0)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(str(os.getpid()))))])
    return [str(os.getpid()).encode()]
"""


class Stand:
    """Gunicorn behind a door."""

    def __init__(self, programs: Programs, doors: Doors, pipe: TellingPipe, events: "queue.Queue[Event]") -> None:
        self.workers = Workers()
        self.named: list[tuple[str, int | None]] = []  # what was answered, and who is said to have
        self._doors, self._pipe = doors, pipe
        programs.launch(0, 1, moved=True)
        while True:
            event = events.get(timeout=PATIENCE)
            if isinstance(event, ProgramListening) and event.ports and event.answers:
                doors.aim(event.ports[0])
                return

    def look(self) -> None:
        events = self._doors.read()
        for told in self._pipe.read():
            if isinstance(told, Accepts) and told.kind == "accept":
                self.workers.accepts(told.pid, told.port)
        for event in events:
            assert isinstance(event, Sighted)
            self.workers.note(event.sight)
            if isinstance(event.sight, Answered) and event.sight.exchange.response is not None:
                body = event.sight.exchange.response.body.decode()
                self.named.append((body, self.workers.who(event.sight.connection)))

    def has_named(self, count: int) -> bool:
        return len(self.named) == count

    def until(self, fact: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not fact():
            assert time.monotonic() < deadline, self.named
            self.look()


@pytest.fixture(params=["--workers 3", "--workers 2 --threads 3"])
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stand, int]]:
    (tmp_path / "wsgi.py").write_text(PID)
    command = ("gunicorn", *request.param.split(), "--bind", "127.0.0.1:8000", "wsgi")
    spec = ProgramSpec("gunicorn", command, "wsgi.py", 8000, answers=True)
    events: queue.Queue[Event] = queue.Queue()
    doors = Doors()
    with guarding() as guardian, telling_pipe() as pipe:
        programs = Programs(guardian, tmp_path, (spec,), events.put, pipe.path)
        try:
            port = free_port()
            doors.open(port)
            yield Stand(programs, doors, pipe, events), port
        finally:
            programs.close()
            doors.close()


def test_each_answer_names_the_process_that_gave_it(stand: tuple[Stand, int]) -> None:
    lab, port = stand
    clients = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE) for _ in range(3)]
    for number in range(12):
        client = clients[number % 3]  # kept alive where the server does so
        client.request("GET", "/")
        client.getresponse().read()
        lab.until(partial(lab.has_named, number + 1))
    assert [said for said, _ in lab.named] == [str(pid) for _, pid in lab.named]
    for client in clients:
        client.close()


def test_a_request_under_way_is_its_processs(stand: tuple[Stand, int]) -> None:
    lab, port = stand
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    client.request("GET", "/slow")
    lab.until(lambda: any(pid is not None for pid in lab.workers.underway()))
    ((pid, (underway,)),) = lab.workers.underway().items()
    assert underway.request.target == "/slow"
    assert client.getresponse().read().decode() == str(pid)
    lab.until(lambda: not lab.workers.underway())
    client.close()
