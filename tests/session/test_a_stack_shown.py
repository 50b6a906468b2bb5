"""What an open lab says of a stack with a web server in front, and how it draws it."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.nginx.served import Served
from stackwalk.screen.console import make_console
from stackwalk.screen.stack import draw_parts
from stackwalk.session.session.actions import (
    Become,
    EndPrograms,
    Launch,
    RunCheck,
    Say,
    ShowJourney,
    ShowPrinted,
    ShowStack,
    ShowTraceback,
    ShowVerdict,
)
from stackwalk.session.session.events import (
    DoorOpened,
    FrontKept,
    InnerSighted,
    Journeyed,
    Judged,
    Key,
    PartEnded,
    PartPrinted,
    PartSeen,
    Port,
    ProgramListening,
    Saved,
    StackSeen,
    Tick,
)
from stackwalk.session.session.react import begin, react
from stackwalk.session.session.state import Phase, Session, at_door, what_next
from stackwalk.session.session.workers import Workers
from stackwalk.session.sights import Sights
from stackwalk.whole.journey import Journey, Leg
from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.sight import Asked, Closed, Joined, Opened

NOWHERE = Path("/nowhere")
FRONT = ProgramSpec("nginx", ("nginx",), "nginx.conf", 80, server="nginx", door=8080)
ONE = ProgramSpec("application", ("gunicorn", "wsgi"), "wsgi.py", 8000)
TWO = ONE._replace(name="application2", since=2)


def step_of(number: int) -> Step:
    return Step(
        id=f"4.{number}", lab=4, number=number, name="step", title="Step", kind="core", live=False, minutes=5,
        essence="Short.", text="Type it.", hints=("a", "b", "c"), send=("curl http://localhost:8080/",),
        predictions=(), words=(), folder=NOWHERE, check=NOWHERE, start=None, solution=None, replaces=frozenset(),
        programs=(),
    )  # fmt: skip


STEPS = (step_of(1), step_of(2), step_of(3))
LAB = Lab(4, "web", "Web", "How?", "", NOWHERE, (FRONT,), None, None, STEPS, services=(ONE, TWO))
COURSE = Course(NOWHERE, (LAB,), ())


class Player:
    def __init__(self) -> None:
        self.session: Session
        present = ("nginx.conf", "wsgi.py")
        self.session, self.actions = begin(COURSE, LAB, STEPS[0], Progress(), present=present, at=0.0)

    def feed(self, event: Any) -> tuple[Any, ...]:
        self.session, self.actions = react(self.session, event)
        return self.actions

    def ready(self) -> None:
        ports = (Port("127.0.0.1", 23456, 80),)
        self.feed(ProgramListening(self.session.launches, ports))

    @property
    def said(self) -> str:
        return "\n".join(action.text for action in self.actions if isinstance(action, Say))


def test_the_door_is_the_one_that_the_lab_says_and_the_lesson_names_it() -> None:
    player = Player()
    assert player.session.port == 8080
    player.feed(DoorOpened(8080))
    assert player.said == ""
    player.ready()
    assert player.said == "nginx.conf listens on port 80. Open http://localhost:8080"
    player.feed(DoorOpened(8081, "another program"))
    assert "Where the lesson says localhost:8080, open localhost:8081." in player.said
    assert at_door(player.session, "curl http://secure.localhost:8080/") == "curl http://secure.localhost:8081/"


def test_a_step_with_other_services_ends_the_stack_and_makes_another() -> None:
    player = Player()
    player.feed(Key("n", 1.0))
    become = [action for action in player.actions if isinstance(action, Become)]
    assert become == [Become((FRONT,), (ONE, TWO))]
    assert any(isinstance(action, Launch) for action in player.actions)
    player.feed(Key("n", 2.0))
    assert not any(isinstance(action, Become) for action in player.actions)


def test_a_part_that_has_ended_is_said_with_its_traceback() -> None:
    player = Player()
    actions = player.feed(PartEnded("application", "exit status 3", "Traceback …"))
    assert actions[0] == ShowTraceback("application", "Traceback …")
    assert player.said == "application has ended: exit status 3. r, or a save, starts it again."
    assert player.feed(PartPrinted("application", ("a line",), 2)) == (ShowPrinted("application", ("a line",), 2),)


def test_a_parts_traceback_is_not_shown_again_by_the_verdict_nor_after_it() -> None:
    player = Player()
    player.ready()
    player.feed(Saved(("wsgi.py",), player.session.present, 10.0))
    finding = Finding("4.1", "c", "t", Outcome.FAILED, Cause.CRASHED, "It ended.", output="Traceback …\nKeyError: 'x'")
    verdict = Verdict("4.1", ("4.1",), "7", 0.1, (finding,))
    player.feed(PartEnded("application", "exit status 3", finding.output))
    shown = [action for action in player.feed(Judged(player.session.run, verdict)) if isinstance(action, ShowVerdict)]
    assert [action.known for action in shown] == [finding.output]
    player.feed(Saved(("wsgi.py",), player.session.present, 20.0))
    player.feed(Judged(player.session.run, verdict))
    later = player.feed(PartEnded("application", "exit status 3", finding.output))
    assert not any(isinstance(action, ShowTraceback) for action in later)


def test_a_file_that_is_not_taken_leaves_the_old_one_in_force() -> None:
    player = Player()
    player.ready()
    player.feed(Saved(("nginx.conf",), player.session.present, 10.0))
    launch = player.session.launches
    player.feed(FrontKept(launch - 1, "Old.", "News."))
    assert player.said == "" and player.session.programs[0].phase is Phase.STARTING
    player.feed(FrontKept(launch, "nginx.conf, line 3: no.", "Mend it."))
    assert "nginx.conf, line 3: no. Mend it." in player.said
    assert "nginx goes on with nginx.conf as it was before" in player.said
    assert player.session.programs[0].heard


def exchange(request: str, response: str | None) -> Exchange:
    asked = Request(read_head(request.encode()))
    answered = None if response is None else Response(read_head(response.encode()), b"hi", 2, "length", None)
    return Exchange(1, 1, asked, answered, 1.0, 1.0, 1.001, 1.002)


OUTER = exchange("GET /a HTTP/1.1\r\nHost: x\r\nTE: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n")
INNER = exchange(
    "GET /a HTTP/1.0\r\nHost: both\r\nX-Real-IP: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nServer: g\r\nA: b\r\n\r\n"
)
SERVED = Served(1.0, 1, 1, 1, ("127.0.0.1", 5), "", "", "", 200, 0.1, "", "", ())


def drawn(journey: Journey, *pids: int | None) -> str:
    out = io.StringIO()
    make_console(out, environ={"COLUMNS": "100"}).show(*Sights().draw_journey(journey, pids, 100, 1.0))
    return out.getvalue()


def test_an_exchange_names_who_served_it_and_what_was_done_to_its_headers() -> None:
    legs = (
        Leg("127.0.0.1:1", "application1", 502, False, None),
        Leg("127.0.0.1:2", "application2", 200, True, INNER),
    )
    shown = drawn(Journey(OUTER, SERVED, legs), None, 4711)
    assert "application2 pid 4711" in shown.split("\n")[0]
    for line in (
        "  ! application1 was asked: it took no connection",
        "  ~ GET /a HTTP/1.1 → GET /a HTTP/1.0",
        "  ~ Host: x → both",
        "  + X-Real-IP: 1",
        "  - TE: gzip",
        "  ~ Server: g → nginx",
        "  - A: b",
    ):
        assert line in shown


@pytest.mark.parametrize(
    ("journey", "named"),
    [
        (Journey(OUTER, None), ""),
        (Journey(OUTER, SERVED), " by itself"),
        (Journey(OUTER, SERVED, (Leg("127.0.0.1:9", None, 502, False, None),)), " by itself"),
        (Journey(OUTER, SERVED, (Leg("127.0.0.1:9", None, 200, True, None),)), " 127.0.0.1:9"),
    ],
    ids=["unknown", "its own", "nobody there", "a stranger"],
)
def test_where_it_is_not_known_who_served_nothing_is_said(journey: Journey, named: str) -> None:
    first = drawn(journey).split("\n")[0].rstrip()
    assert first.endswith(f" ms{named}")


def test_a_leg_that_broke_off_or_answered_badly_is_told() -> None:
    broke = Leg("127.0.0.1:1", "application1", 502, True, exchange("GET / HTTP/1.0\r\n\r\n", None))
    bad = Leg("127.0.0.1:1", "application1", 503, True, exchange("GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 503 No\r\n\r\n"))
    last = Leg("127.0.0.1:2", "application2", 200, True, INNER)
    assert "application1 was asked: no answer came, which counts as 502" in drawn(Journey(OUTER, SERVED, (broke, last)))
    assert "application1 was asked: its answer was 503" in drawn(Journey(OUTER, SERVED, (bad, last)))


def test_headers_are_shown_safely() -> None:
    evil = exchange("GET /a HTTP/1.1\r\nHost: x\r\nX: \x1b[2J[red]\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n")
    shown = drawn(Journey(OUTER, SERVED, (Leg("a", "b", 200, True, evil),)))
    assert "\x1b" not in shown and "\\x1b[2J[red]" in shown


def test_the_picture_has_each_part_with_its_processes_and_doors() -> None:
    player = Player()
    player.feed(DoorOpened(8080))
    parts = (
        PartSeen("nginx", "ready", 100, (101,), 80, 23000, None),
        PartSeen("application", "ready", 200, (201, 202), 8000, 24000, 25000),
        PartSeen("api", "ended", None, (), 8000, None, 25001),
    )
    assert player.feed(StackSeen(parts)) == ()
    assert player.feed(Key("v", 1.0)) == (ShowStack(),)
    out = io.StringIO()
    make_console(out, environ={"COLUMNS": "100"}).show(draw_parts(player.session, Workers(), 9.0))
    for text in (
        "its tap is the door, port 8080",
        "✔ nginx  process 100, workers 101, port 80, really 23000",
        "├─ tap 25000 → ✔ application  process 200, workers 201 202, port 8000, really 24000",
        "└─ tap 25001 → ✘ api  ended",
    ):
        assert text in out.getvalue()


def test_the_picture_has_what_each_process_behind_the_web_server_is_doing() -> None:
    player = Player()
    player.feed(DoorOpened(8080))
    one = PartSeen("application", "ready", 200, (201, 202, 203), 8000, 24000, 25000)
    two = PartSeen("api", "starting", 300, (301,), 8000, 24001, 25001)
    player.feed(StackSeen((PartSeen("nginx", "ready", 100, (101,), 80, 23000, None), one, two)))
    workers = Workers()
    workers.listens(200)
    workers.listens(300)
    workers.serves(202)
    asked = Request(read_head(b"GET /slow HTTP/1.0\r\n\r\n"))
    for sight in (Opened(7, 1.0, "x"), Joined(7, 1.0, 5001), Asked(7, 1.0, asked)):
        assert player.feed(InnerSighted(sight)) == ()
        workers.note(sight)
    workers.accepts(201, 5001)
    out = io.StringIO()
    make_console(out, environ={"COLUMNS": "100"}).show(draw_parts(player.session, workers, 3.0))
    for text in (
        "├─ tap 25000 → ✔ application  process 200, port 8000, really 24000\n",
        "│     ├ 201  busy with GET /slow for 2.0 s\n",
        "│     ├ 202  idle\n",
        "│     └ 203  booting\n",
        "└─ tap 25001 → … api  starting, process 300, port 8000, really 24001\n",
        "         └ 301  booting\n",
    ):
        assert text in out.getvalue()
    workers.note(Closed(7, 4.0, "server", False, 1, 1))
    assert workers.who(7) is None and workers.who_took(5001) == 201


def test_who_is_late_is_named() -> None:
    player = Player()
    player.feed(
        StackSeen((PartSeen("nginx", "ready", 1, (), 80, 2, None), PartSeen("api", "starting", 3, (), 1, 2, 4)))
    )
    player.feed(Tick(3.5))
    assert player.said == "The stack starts: api is not ready yet."


def test_a_journey_is_shown() -> None:
    journey = Journey(OUTER, None)
    assert Player().feed(Journeyed(journey, (), 1.0)) == (ShowJourney(journey, ()),)


HAPROXY = ProgramSpec("haproxy", ("haproxy",), "haproxy.cfg", 80, server="haproxy", door=8080)
CADDY = ProgramSpec("caddy", ("caddy",), "Caddyfile", 80, server="caddy", door=8080)


def test_a_start_that_goes_well_is_not_told_line_by_line() -> None:
    player = Player()
    start = ("Starting gunicorn 27.0.1", "Listening at: http://127.0.0.1:8000 (7)", "Booting worker with pid: 8")
    lines = tuple(f"[2026-11-29 01:00:00 +0000] [7] [INFO] {line}" for line in start)
    assert player.feed(PartPrinted("application", lines, 0)) == ()
    assert player.feed(PartPrinted("application", (*lines, "mine"), 0)) == (ShowPrinted("application", ("mine",), 0),)
    player.feed(StackSeen((PartSeen("application", "ready", 7, (8,), 8000, 2, 4),)))
    assert player.feed(PartPrinted("application", lines, 0)) == (ShowPrinted("application", lines[2:], 0),)


@pytest.mark.parametrize(
    ("message", "next_line"),
    [
        ("compose.yaml, line 4: “imge” is no key. Is image meant?", "Change compose.yaml and save it."),
        ("There is no compose.yaml beside your nginx.conf yet.", "Create compose.yaml and save it."),
        ("There is no file app/extra.py yet.", "Create app/extra.py and save it."),
        ("app/__init__.py, line 2: this module went away.", "Change app/__init__.py and save it."),
        ("GET / is answered with 404.", "Change nginx.conf and save it."),
        (
            "Move app/template/a.html to app/templates/a.html and ask again.",
            "Move app/template/a.html to app/templates/a.html.",
        ),
        ("There is no name in it.", "Change nginx.conf and save it."),
    ],
)
def test_the_next_line_names_the_file_that_the_verdict_speaks_of(message: str, next_line: str) -> None:
    player = Player()
    player.ready()
    player.feed(Saved(("nginx.conf",), player.session.present, 10.0))
    finding = Finding("4.1", "c", "t", Outcome.FAILED, Cause.WRONG_ANSWER, message)
    player.feed(Judged(player.session.run, Verdict("4.1", ("4.1",), "7", 0.1, (finding,))))
    assert what_next(player.session) == next_line


def test_the_door_is_let_go_for_another_server_where_the_file_alone_is_not_enough() -> None:
    player = Player()
    player.feed(DoorOpened(8080))
    player.ready()
    player.feed(Key("d", 1.0))
    assert "nginx.conf alone is not enough for nginx" in player.said
    assert "`stackwalk up` runs all of it" in player.said


def at_the_swap(present: tuple[str, ...], newest: tuple[str, ...]) -> Player:
    player = Player()
    step = replace(step_of(11), instead=True)
    lab = replace(LAB, steps=(STEPS[0], step), instead=(HAPROXY, CADDY))
    course = Course(NOWHERE, (lab,), ())
    player.session, player.actions = begin(course, lab, step, Progress(), present=present, at=0.0, newest=newest)
    return player


def runs(player: Player) -> str:
    assert player.session.outer is not None
    return player.session.outer.spec.file


def test_where_another_server_may_stand_the_file_saved_last_runs() -> None:
    player = at_the_swap(("nginx.conf", "wsgi.py"), ())
    assert runs(player) == "nginx.conf"
    assert what_next(player.session) == "Create haproxy.cfg or Caddyfile and save it."
    player.feed(Saved(("haproxy.cfg",), frozenset({"nginx.conf", "wsgi.py", "haproxy.cfg"}), 10.0))
    assert runs(player) == "haproxy.cfg"
    assert player.said == "From now on haproxy.cfg is what runs here."
    kinds = [type(action) for action in player.actions]
    assert kinds.index(EndPrograms) < kinds.index(Become) < kinds.index(Launch) < kinds.index(RunCheck)
    everything = frozenset({"nginx.conf", "wsgi.py", "haproxy.cfg", "Caddyfile"})
    player.feed(Saved(("Caddyfile",), everything, 20.0))
    assert runs(player) == "Caddyfile"
    player.feed(Saved(("wsgi.py",), everything, 30.0))
    assert runs(player) == "Caddyfile"
    assert not any(isinstance(action, Become) for action in player.actions)
    player.feed(Saved(("Caddyfile",), everything - {"Caddyfile"}, 40.0))
    assert runs(player) == "haproxy.cfg"
    player.feed(Saved(("haproxy.cfg",), frozenset({"nginx.conf", "wsgi.py"}), 50.0))
    assert runs(player) == "nginx.conf"


def test_another_server_runs_from_the_beginning_and_only_where_it_may() -> None:
    player = at_the_swap(("nginx.conf", "Caddyfile", "haproxy.cfg"), ("Caddyfile", "haproxy.cfg"))
    assert runs(player) == "Caddyfile"
    player.feed(Key("b", 1.0))
    assert player.session.step.id == "4.1"
    assert runs(player) == "nginx.conf"
    player.feed(Saved(("haproxy.cfg",), player.session.present, 10.0))
    assert runs(player) == "nginx.conf"
    player.feed(Key("n", 20.0))
    assert runs(player) == "haproxy.cfg"
