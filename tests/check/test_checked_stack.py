"""The `stack` of labs' checks: what it can do, and what it says of stacks that fall short."""

import select
import time
from pathlib import Path

import pytest
from grading import plan_for, problem

from stackwalk.check.runner import grade
from stackwalk.check.verdict import Cause, Outcome, Verdict
from stackwalk.check.warm import warming
from stackwalk.course.reading import read_course

LAB = """format = 1
title = "In front"
question = "Who stands in front?"
budget = 100

[[program]]
name = "nginx"
server = "nginx"
run = ["nginx"]
file = "nginx.conf"
port = 80
door = 8080

[[service]]
name = "application"
run = ["gunicorn", "--workers", "1", "--bind", "127.0.0.1:8000", "wsgi"]
file = "wsgi.py"
port = 8000

[[service]]
name = "api"
run = ["gunicorn", "--workers", "1", "--bind", "127.0.0.1:8000", "wsgi"]
file = "wsgi.py"
port = 8000
since = 2
"""
STEP = '+++\ntitle = "{title}"\nkind = "core"\nminutes = 5\nessence = "In front."\n{more}+++\nText.\n'
THREE = '\n[[service]]\nname = "application"\ncopies = 3\n'
CHECKS = '''"""Checks."""
from stackwalk.check.stack import Stack


def test_served(stack: Stack) -> None:
    """the application answers through nginx"""
    answer = stack.get("/one?a=1", headers=[("X-Mine", "yes")])
    answer.expect_status(200, "GET /one is answered with 200.")
    assert stack.served(answer) == ("application",)
    (request,) = stack.asked("application")
    assert request.target == "/one?a=1"
    assert request.head.header("x-mine") == b"yes"
    line = stack.await_log("GET /one")
    assert stack.part("application").address in line, (line, stack.log())
    assert stack.complaints == ()


def test_two_on_one_connection(stack: Stack) -> None:
    """each answer is known by its place on its connection"""
    assert stack.asked("application") == (), "what came before this check does not count"
    assert stack.log() == ""
    call = stack.connect()
    for number in (1, 2):
        call.send(f"GET /{number} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n".encode())
        assert stack.served(call.answer()) == ("application",)
    assert [one.target for one in stack.asked("application")] == ["/1", "/2"]


def test_killed_and_started(stack: Stack) -> None:
    """a part that is killed is refused, and serves again once it was started"""
    part = stack.part("application")
    part.kill()
    assert part.pid is None
    assert stack.get("/").status == 502
    part.start()
    assert stack.get("/").status == 200


def test_paused(stack: Stack) -> None:
    """a part that is paused answers once it goes on; what the last check did is undone"""
    stack.part("application").pause()
    call = stack.connect()
    call.send(b"GET /late HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    assert call.received(0.2) == b""
    stack.part("application").resume()
    assert call.answer().status == 200


def test_edited(stack: Stack) -> None:
    """a file that the check edits counts until its end"""
    stack.edit("nginx.conf", "server { listen 80; return 204; }")
    stack.reload()
    answer = stack.get("/")
    assert answer.status == 204
    assert stack.served(answer) == ()
    stack.edit("wsgi.py", "def application(environ, start):\\n    start('201 Made', [])\\n    return []\\n")
    stack.edit("nginx.conf", "server { listen 80; location / { proxy_pass http://application:8000; } }")
    stack.restart()
    assert stack.get("/").status == 201


def test_as_before(stack: Stack) -> None:
    """and not for the next one"""
    assert stack.get("/").status == 200
'''
COPIES = '''"""Checks."""
from stackwalk.check.stack import Stack


def test_all_three(stack: Stack) -> None:
    """three share the name"""
    names = ("application-1", "application-2", "application-3")
    assert [part.name for part in stack.parts] == [*names, "nginx"]
    assert [stack.served(stack.get("/"))[0] for _ in range(6)] == [*names, *names]
    assert len(stack.asked("application")) == 6
    assert len(stack.asked("application-2")) == 2
    stack.part("application-1").kill()
    served = [stack.served(stack.get("/")) for _ in range(3)]
    assert ("application-1", "application-2") in served, served
'''
CONF = """log_format who '$remote_addr "$request" $upstream_addr';
server {
    listen 80;
    access_log /var/log/nginx/access.log who;
    location / {
        proxy_pass http://application:8000;
    }
}
"""
APPLICATION = """
import time
def application(environ, start):
    if environ["PATH_INFO"] == "/one" and LATE:
        time.sleep(60)
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]
LATE = False
"""


def made(folder: Path, **files: str | None) -> Path:
    """A workspace beside a course of its own; `files`: name__py for name.py, None: it is not there."""
    lab = folder / "course/labs/1-front"
    for number, (title, more, check) in enumerate((("One", "", CHECKS), ("Three", THREE, COPIES)), 1):
        step = lab / f"{number}-{title.lower()}"
        step.mkdir(parents=True)
        (step / "step.md").write_text(STEP.format(title=title, more=more))
        (step / "hints.md").write_text("a\n---\nb\n---\nc\n")
        (step / "check.py").write_text(check)
    (lab / "lab.toml").write_text(LAB)
    (lab / "why.md").write_text("Why.\n")
    workspace = folder / "my stück"
    workspace.mkdir()
    for name, text in ({"wsgi__py": APPLICATION, "nginx__conf": CONF} | files).items():
        if text is not None:
            (workspace / name.replace("__", ".")).write_text(text)
    return workspace


def verdict_on(folder: Path, *steps: str, **files: str | None) -> Verdict:
    """The verdict on such a workspace."""
    return grade(plan_for(made(folder, **files), *steps, source=folder / "course"))


def test_everything_that_a_check_can_do(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path)
    assert verdict.outcome is Outcome.PASSED, verdict.first_problem
    assert len(verdict.findings) == 6


def test_copies_are_told_apart(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, "1.2")
    assert verdict.outcome is Outcome.PASSED, verdict.first_problem


def test_no_nginx_conf(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=None))
    assert found.cause is Cause.MISSING_FILE
    assert "nginx.conf" in found.message


def test_no_application(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, wsgi__py=None))
    assert found.cause is Cause.MISSING_FILE
    assert "wsgi.py" in found.message


def test_nginx_has_its_own_error_in_the_learners_words(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=CONF.replace("listen 80;", "listen 80")))
    assert found.cause is Cause.EXITED
    assert found.message.startswith("nginx.conf, line 3")
    assert "semicolon" in found.message
    assert str(tmp_path / "run") not in found.message + found.output


def test_the_line_that_is_to_blame_is_said_with_what_it_brought_about(tmp_path: Path) -> None:
    """Nobody can be reached at that address, from any machine."""
    found = problem(verdict_on(tmp_path, nginx__conf=CONF.replace("application:", "255.255.255.255:")))
    assert found.cause is Cause.WRONG_ANSWER
    assert "nginx.conf, line 6: “255.255.255.255” is an address" in found.message
    assert found.hint == "Name the service: its name stays."
    assert found.notes == ()


def test_a_name_that_is_none(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=CONF.replace("application:", "aplication:")))
    assert found.cause is Cause.EXITED
    assert "aplication" in found.message
    assert found.message.startswith("nginx.conf, line 6")


def test_a_service_of_a_later_step_is_not_known_yet(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=CONF.replace("application:", "api:")))
    assert found.cause is Cause.EXITED
    assert "api" in found.message


def test_an_application_that_crashes_shows_its_traceback(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, wsgi__py="import flask\n1 / 0\n"))
    assert found.cause is Cause.CRASHED
    assert "wsgi.py, line 2" in found.message
    assert "ZeroDivisionError" in found.output


def test_a_view_that_raises_shows_its_traceback_too(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, wsgi__py="def application(environ, start):\n    return 1 / 0\n"))
    assert found.cause is Cause.WRONG_ANSWER
    assert "ZeroDivisionError" in found.output


def test_a_view_that_hangs_is_silent(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, wsgi__py=APPLICATION.replace("LATE = False", "LATE = True")))
    assert found.cause is Cause.SILENT
    assert "Your stack does not answer" in found.message


def test_nginx_on_another_port_is_at_the_wrong_address(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=CONF.replace("listen 80;", "listen 8080;")))
    assert found.cause is Cause.WRONG_ADDRESS
    assert "nginx listens on port 8080" in found.message


def test_the_wrong_port_of_a_service_is_a_502_with_nginxs_reason(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=CONF.replace("application:8000", "application:5000")))
    assert found.cause in (Cause.WRONG_ANSWER, Cause.EXITED)
    assert "5000" in found.message + found.output


@pytest.mark.parametrize("conf", ["", "\x1b[31m\x00\xff", "}" * 50, "server {", "é" * 100_000])
def test_garbage_is_the_learners_and_ends_in_time(tmp_path: Path, conf: str) -> None:
    found = problem(verdict_on(tmp_path, nginx__conf=conf))
    assert found.outcome is Outcome.FAILED
    assert found.cause in (Cause.EXITED, Cause.UNREADABLE_FILE)


def test_a_service_that_only_compose_names_is_there(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    command: gunicorn --bind 0.0.0.0:8000 wsgi\n"
    conf = CONF.replace("application:", "web:")
    found = problem(verdict_on(tmp_path, nginx__conf=conf, compose__yaml=compose))
    assert found.cause is Cause.WRONG_ANSWER or found.outcome is Outcome.FAILED
    assert "web" in found.message or "served" in found.name


def test_services_that_started_ahead_count_only_while_they_are_as_they_were(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    with warming(read_course(tmp_path / "course")) as warm:

        def verdict() -> Verdict:
            warm.start(plan_for(workspace, "1.2", source=tmp_path / "course"))
            deadline = time.monotonic() + 100
            while time.monotonic() < deadline:
                select.select([warm], [], [], 1.0)
                for thing in warm.read():
                    if isinstance(thing, Verdict):
                        return thing
            raise AssertionError("no verdict came")

        assert verdict().outcome is Outcome.PASSED
        (workspace / "nginx.conf").write_text(CONF + "# saved\n")
        assert verdict().outcome is Outcome.PASSED
        (workspace / "nginx.conf").write_text(CONF.replace("80;", "80"))
        assert problem(verdict()).message.startswith("nginx.conf, line 3")
        (workspace / "nginx.conf").write_text(CONF)
        (workspace / "wsgi.py").write_text("1 / 0\n")
        assert problem(verdict()).cause is Cause.CRASHED
        (workspace / "wsgi.py").write_text(APPLICATION)
        assert verdict().outcome is Outcome.PASSED
