"""The stack of an open lab, for real: nginx and Gunicorn started, reloaded, killed; what happens becomes events."""

import http.client
import os
import queue
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.fronts import caddy, haproxy, httpd
from stackwalk.session.session.events import (
    Event,
    FrontKept,
    Journeyed,
    NotStarted,
    PartEnded,
    PartPrinted,
    PartSeen,
    ProgramEnded,
    ProgramListening,
    ProgramsGone,
    StackSeen,
    Trouble,
)
from stackwalk.session.stack_stage import StackDoor, StackStage
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import guarding
from stackwalk.whole.other_front import program_of

PATIENCE = 60.0  # seconds; the machine may be busy
FRONT = ProgramSpec("nginx", ("nginx",), "nginx.conf", 80, server="nginx", door=8080)
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "{size}")])
    return [b"{word}"]
"""
CONF = """upstream both {{
    server application1:8000;
    server application2:8000;
}}
server {{
    listen 80;
    location / {{
        proxy_set_header X-Who "{word}";
        proxy_pass http://both;
    }}
}}
"""


def service(name: str) -> ProgramSpec:
    run = ("gunicorn", "--workers", "1", "--bind", "127.0.0.1:8000", "wsgi")
    return ProgramSpec(name, run, "wsgi.py", 8000, answers=True, keeps=("static/",))


class Stand:
    """A stage with what it tells."""

    def __init__(self, stage: StackStage, folder: Path, events: "queue.Queue[Event]", door: int) -> None:
        self.stage = stage
        self.door = door
        self._folder = folder
        self._events = events
        self._launches = 0
        self.parts: dict[str, PartSeen] = {}

    def save(self, **files: str) -> int:
        for name, text in files.items():
            (self._folder / name.replace("__", ".")).write_text(text)
        self.stage.saved(name.replace("__", ".") for name in files)
        self._launches += 1
        self.stage.launch(0, self._launches, True)
        return self._launches

    def until(self, kind: type[Any], wanted: Callable[[Any], bool] = lambda event: True) -> Any:
        while True:
            event = self._events.get(timeout=PATIENCE)
            if isinstance(event, StackSeen):
                self.parts = {part.name: part for part in event.parts}
            if isinstance(event, kind) and wanted(event):
                return event

    def until_ready(self, launch: int) -> None:
        self.until(ProgramListening, lambda event: event.launch == launch and event.answers)

    def ask(self) -> tuple[int, bytes]:
        client = http.client.HTTPConnection("127.0.0.1", self.door, timeout=PATIENCE)
        client.request("GET", "/")
        answer = client.getresponse()
        found = answer.status, answer.read()
        client.close()
        return found


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    events: queue.Queue[Event] = queue.Queue()
    services = (service("application1"), service("application2"))
    with guarding() as guardian:
        stage = StackStage(guardian, tmp_path, FRONT, services, events.put)
        door = free_port()
        StackDoor(stage).open(door)
        try:
            yield Stand(stage, tmp_path, events, door)
        finally:
            stage.close()


def right(word: str = "hello", conf: str = "one") -> dict[str, str]:
    return {"wsgi__py": WSGI.format(size=len(word), word=word), "nginx__conf": CONF.format(word=conf)}


def test_a_stack_starts_answers_and_ends(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    assert list(stand.parts) == ["nginx", "application2", "application1"]
    assert {part.state for part in stand.parts.values()} == {"ready"}
    assert stand.ask() == (200, b"hello")
    journeyed = stand.until(Journeyed)
    assert journeyed.journey.by in ("application1", "application2")
    (leg,) = journeyed.journey.legs
    assert b"X-Who: one" in leg.exchange.request.head.raw
    assert b"X-Who" not in journeyed.journey.outer.request.head.raw
    assert isinstance(journeyed.ports[0], int)
    pids = [part.pid for part in stand.parts.values()]
    stand.stage.end_all()
    stand.until(ProgramsGone)
    assert not any(psutil.pid_exists(pid) for pid in pids if pid is not None)
    with pytest.raises(OSError, match="efused"):
        stand.ask()


def test_its_file_is_taken_anew_without_a_restart(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    before = {name: part.pid for name, part in stand.parts.items()}
    stand.until_ready(stand.save(nginx__conf=CONF.format(word="two")))
    assert stand.ask()[0] == 200
    journeyed = stand.until(Journeyed)
    assert b"X-Who: two" in journeyed.journey.legs[-1].exchange.request.head.raw
    assert {name: part.pid for name, part in stand.parts.items()} == before


def test_a_wrong_file_is_said_and_the_old_one_goes_on(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    launch = stand.save(nginx__conf=CONF.format(word="two").replace("proxy_pass", "proxy_pas"))
    kept = stand.until(FrontKept)
    assert kept.launch == launch
    assert "nginx.conf, line 9" in kept.what and "proxy_pas" in kept.what
    assert stand.ask() == (200, b"hello")
    stand.until_ready(stand.save(nginx__conf=CONF.format(word="three")))
    assert stand.ask() == (200, b"hello")


def test_a_wrong_file_at_the_start_is_said_and_nothing_runs(stand: Stand) -> None:
    wrong = right() | {"nginx__conf": "server {\n    listen 80\n}\n"}
    launch = stand.save(**wrong)
    told = stand.until(NotStarted)
    assert told.launch == launch
    assert "nginx.conf, line" in told.what
    with pytest.raises(OSError, match="efused"):
        stand.ask()
    stand.until_ready(stand.save(nginx__conf=CONF.format(word="one")))
    assert stand.ask() == (200, b"hello")


def test_new_code_restarts_the_programs_behind_and_not_the_web_server(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    before = {name: part.pid for name, part in stand.parts.items()}
    stand.until_ready(stand.save(wsgi__py=WSGI.format(size=3, word="new")))
    assert stand.ask() == (200, b"new")
    after = {name: part.pid for name, part in stand.parts.items()}
    assert after["nginx"] == before["nginx"]
    assert after["application1"] != before["application1"] and after["application2"] != before["application2"]


def test_what_the_programs_read_anew_restarts_nothing(stand: Stand, tmp_path: Path) -> None:
    stand.until_ready(stand.save(**right()))
    before = {name: part.pid for name, part in stand.parts.items()}
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "style.css").write_text("h1 {}")
    stand.stage.saved(["static/style.css"])
    stand.until_ready(stand.save())
    assert {name: part.pid for name, part in stand.parts.items()} == before


def test_a_killed_program_is_told_and_who_was_asked_in_its_place(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    victim = stand.parts["application1"].pid
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    ended = stand.until(PartEnded)
    assert (ended.name, ended.how) == ("application1", "SIGKILL")
    legs = []
    for _ in range(4):
        assert stand.ask() == (200, b"hello")
        legs.append([(leg.part, leg.reached) for leg in stand.until(Journeyed).journey.legs])
    assert [("application1", False), ("application2", True)] in legs
    stand.until_ready(stand.save())  # as the key r does
    assert {part.state for part in stand.parts.values()} == {"ready"}


def test_a_killed_web_server_is_told_and_a_save_starts_it_again(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    front = stand.parts["nginx"].pid
    assert front is not None
    os.kill(front, signal.SIGKILL)
    ended = stand.until(ProgramEnded)
    assert ended.signal == signal.SIGKILL
    stand.until_ready(stand.save(nginx__conf=CONF.format(word="again")))
    assert stand.ask() == (200, b"hello")


def test_a_program_that_dies_of_its_code_is_told_with_its_traceback(stand: Stand) -> None:
    launch = stand.save(**(right() | {"wsgi__py": "1 / 0\n"}))
    ended = stand.until(PartEnded)
    assert "ZeroDivisionError" in ended.traceback
    stand.until(ProgramListening, lambda event: event.launch == launch)
    assert stand.ask()[0] == 502


def test_the_web_servers_own_log_is_shown(stand: Stand) -> None:
    conf = "log_format short '$request went to $upstream_addr';\n" + CONF.format(word="one").replace(
        "listen 80;", "listen 80;\n    access_log /var/log/nginx/access.log short;"
    )
    stand.until_ready(stand.save(**(right() | {"nginx__conf": conf})))
    assert stand.ask()[0] == 200
    shown = stand.until(PartPrinted, lambda event: event.name == "nginx")
    assert any(line.startswith("GET / HTTP/1.1 went to ") for line in shown.lines)


def test_a_taken_door_is_named_and_the_next_one_is_chosen(stand: Stand) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        opened = StackDoor(stand.stage).open(port)
        assert getattr(opened, "port", port) > port
        assert str(os.getpid()) in getattr(opened, "holder", "")


HAPROXY = """defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend door
    bind *:80
    http-request set-header X-Who {word}
    default_backend both
frontend figures
    bind :8404
    stats enable
backend both
    server one application1:8000
    server two application2:8000
"""
CADDY = """:80 {{
    reverse_proxy application1:8000 application2:8000 {{
        lb_policy round_robin
        header_up X-Who {word}
    }}
}}
"""
APACHE = """Listen 80
Listen [::]:80
<Proxy "balancer://both">
    BalancerMember "http://application1:8000"
    BalancerMember "http://application2:8000"
</Proxy>
RequestHeader set X-Who {word}
ProxyPass "/" "balancer://both/"
"""
OTHERS = {
    "haproxy": (haproxy, HAPROXY, "bind *:80", "bindd *:80", "haproxy.cfg, line 7"),
    "caddy": (caddy, CADDY, "lb_policy", "lb_polizy", "Caddyfile, line 3"),
    "apache": (httpd, APACHE, "RequestHeader", "RequestHeadr", "httpd.conf, line 7"),
}


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest, stand: Stand) -> str:
    name = str(request.param)
    kind = OTHERS[name][0]
    try:
        program_of(kind)
    except StackwalkError as missing:
        pytest.skip(missing.what)
    spec = ProgramSpec(name, (name,), kind.FILE, 80, server=name, door=8080)
    stand.stage.become(spec, (service("application1"), service("application2")))
    return name


def written(name: str, word: str = "one", old: str = "", new: str = "") -> dict[str, str]:
    kind, text, *_ = OTHERS[name]
    return {kind.FILE.replace(".", "__"): text.format(word=word).replace(old, new)}


def heard(journeyed: Any) -> bytes:
    raw: bytes = journeyed.journey.legs[-1].exchange.request.head.raw
    return raw.lower()  # HAProxy writes the names of headers small


def test_another_server_stands_in_front_and_its_traffic_is_followed(stand: Stand, other: str) -> None:
    stand.until_ready(stand.save(wsgi__py=WSGI.format(size=5, word="hello"), **written(other)))
    assert list(stand.parts) == [other, "application2", "application1"]
    by = set()
    for _ in range(2):
        assert stand.ask() == (200, b"hello")
        journeyed = stand.until(Journeyed)
        assert journeyed.journey.known
        assert b"x-who: one" in heard(journeyed)
        assert isinstance(journeyed.ports[0], int)
        by.add(journeyed.journey.by)
    assert by == {"application1", "application2"}
    pids = [part.pid for part in stand.parts.values()]
    stand.stage.end_all()
    stand.until(ProgramsGone)
    assert not any(psutil.pid_exists(pid) for pid in pids if pid is not None)


def test_another_server_is_started_anew_for_a_new_file_and_goes_on_with_the_old_one_for_a_wrong_one(
    stand: Stand, other: str
) -> None:
    _, _, old, new, where = OTHERS[other]
    stand.until_ready(stand.save(wsgi__py=WSGI.format(size=5, word="hello"), **written(other)))
    before = {name: part.pid for name, part in stand.parts.items()}
    launch = stand.save(**written(other, "two", old, new))
    kept = stand.until(FrontKept)
    assert kept.launch == launch
    assert kept.what.startswith(where), kept.what
    assert stand.ask() == (200, b"hello")
    assert b"x-who: one" in heard(stand.until(Journeyed))
    stand.until_ready(stand.save(**written(other, "two")))
    assert stand.ask() == (200, b"hello")
    assert b"x-who: two" in heard(stand.until(Journeyed))
    now = {name: part.pid for name, part in stand.parts.items()}
    assert now.pop(other) != before.pop(other)
    assert now == before


def test_what_another_server_cannot_reach_is_said_with_its_line(stand: Stand, other: str) -> None:
    stand.save(wsgi__py=WSGI.format(size=5, word="hello"), **written(other, "one", "application2:8000", "app:8000"))
    # HAProxy does not start with such a name: it is not asked, for looking the name up may take long.
    said = stand.until(NotStarted if other == "haproxy" else Trouble).what
    assert said.endswith("No service is called app here."), said
    assert said.startswith({"haproxy": "haproxy.cfg, line 15", "caddy": "Caddyfile, line 2"}.get(other, "httpd.conf"))


def test_where_all_behind_another_server_are_dead_it_answers_by_itself(stand: Stand, other: str) -> None:
    stand.until_ready(stand.save(wsgi__py=WSGI.format(size=5, word="hello"), **written(other)))
    for part in [one for name, one in stand.parts.items() if name != other]:
        assert part.pid is not None
        os.kill(part.pid, signal.SIGKILL)
    gone = {stand.until(PartEnded).name for _ in range(2)}
    assert gone == {"application1", "application2"}
    assert stand.ask()[0] in (502, 503)
    journey = stand.until(Journeyed).journey
    assert journey.known and journey.legs == ()


def test_another_server_that_is_not_installed_is_said(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haproxy, "PROGRAMS", ("no-such-haproxy",))
    stand.stage.become(ProgramSpec("haproxy", ("haproxy",), "haproxy.cfg", 80, server="haproxy"), ())
    stand.save(haproxy__cfg=HAPROXY)
    told = stand.until(NotStarted)
    assert "HAProxy is not installed on this machine, and haproxy.cfg is for it." in told.what
    assert "apt install haproxy" in told.try_this


def test_a_tap_that_is_killed_is_said_and_the_stack_starts_again(stand: Stand) -> None:
    stand.until_ready(stand.save(**right()))
    (tap,) = [one for one in psutil.Process().children() if "tap/__main__" in " ".join(one.cmdline())]
    pids = [part.pid for part in stand.parts.values() if part.pid is not None]
    os.kill(tap.pid, signal.SIGKILL)
    told = stand.until(NotStarted)
    assert told.what == f"The tap on port {stand.door} has ended."
    assert told.try_this == "Press r to start it again."
    assert not any(psutil.pid_exists(pid) for pid in pids)
    stand.until_ready(stand.save())
    assert stand.ask() == (200, b"hello")


def test_another_server_that_is_killed_is_said_and_starts_again(stand: Stand, other: str) -> None:
    stand.until_ready(stand.save(wsgi__py=WSGI.format(size=5, word="hello"), **written(other)))
    pid = stand.parts[other].pid
    assert pid is not None
    group = (pid, *stand.parts[other].others)
    os.kill(pid, signal.SIGKILL)
    assert stand.until(ProgramEnded).signal == signal.SIGKILL
    assert not any(psutil.pid_exists(one) for one in group), "its workers go with it"
    with pytest.raises(OSError, match="efused"):
        stand.ask()
    stand.until_ready(stand.save(**written(other)))
    assert stand.ask() == (200, b"hello")
