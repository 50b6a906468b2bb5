"""4.11's checks with each of the three servers, and where none of them is installed."""

import contextlib
import os
import shutil
import socket
from pathlib import Path

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Cause, Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course
from stackwalk.course.reading import read_course
from stackwalk.fronts import caddy, haproxy, httpd

COURSE: Course = read_course(find_course())
STEP = COURSE.step("4.11")

HAPROXY = """\
global
    daemon
    user haproxy
    log stdout format raw local0

defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s

frontend web
    bind *:80
    default_backend app

backend app
    balance roundrobin
    option forwardfor
    option redispatch
    retries 3
    server application1 application1:8000 weight 3 check
    server application2 application2:8000 weight 1 check
"""
CADDY = """\
{
    admin off
    auto_https off
}

http://:80 {
    reverse_proxy {
        to application1:8000 application1:8000 application2:8000 application1:8000
        lb_policy round_robin
        lb_try_duration 5s
        fail_duration 10s
    }
}
"""
APACHE = """\
ServerName localhost
Listen 80
LoadModule proxy_module modules/mod_proxy.so
LogFormat "%{BALANCER_WORKER_NAME}e %U %>s" up

<Proxy "balancer://app">
    BalancerMember "http://application1:8000" loadfactor=3
    BalancerMember "http://application2:8000"
</Proxy>
ProxyPreserveHost On
ProxyPass "/" "balancer://app/"
ProxyPassReverse "/" "balancer://app/"
"""
FILES = {"haproxy.cfg": HAPROXY, "Caddyfile": CADDY, "httpd.conf": APACHE}
PROGRAMS = {haproxy.FILE: haproxy.PROGRAMS, caddy.FILE: caddy.PROGRAMS, httpd.FILE: httpd.PROGRAMS}


def graded(tmp_path: Path, name: str, text: str) -> Verdict:
    assert STEP.solution is not None
    workspace = tmp_path / "workspace"
    shutil.copytree(STEP.solution, workspace, ignore=shutil.ignore_patterns(haproxy.FILE))
    (workspace / name).write_text(text, encoding="utf-8")
    return grade(Plan.of(COURSE, STEP.id, (STEP,), workspace, "a seed"))


def needs(name: str) -> None:
    if not any(shutil.which(program, path="/usr/bin:/usr/sbin:/usr/local/bin") for program in PROGRAMS[name]):
        pytest.skip(f"none of {', '.join(PROGRAMS[name])} is installed")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    daemon\n", "    daemon\n    maxconn 4096\n    quiet\n"),
        ("\nbackend app\n", "\nbackend api\n    server api api:8000\n\nbackend app\n"),
    ],
    ids=["a maxconn", "a service of nginx besides"],
)
def test_what_haproxys_tutorials_have_passes(tmp_path: Path, old: str, new: str) -> None:
    needs("haproxy.cfg")
    verdict = graded(tmp_path, "haproxy.cfg", HAPROXY.replace(old, new))
    problem = verdict.first_problem
    assert verdict.outcome is Outcome.PASSED, problem and problem.message


@pytest.mark.parametrize("name", FILES)
def test_each_of_them_does_the_job(tmp_path: Path, name: str) -> None:
    needs(name)
    verdict = graded(tmp_path, name, FILES[name])
    problem = verdict.first_problem
    assert verdict.outcome is Outcome.PASSED, problem and problem.message


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "haproxy.cfg",
            "    bind *:80",
            "    bindd *:80",
            "haproxy.cfg, line 13: HAProxy says: unknown keyword 'bindd'",
        ),
        ("Caddyfile", "lb_policy", "lb_polizy", "Caddyfile, line 9"),
        ("Caddyfile", "http://:80", "localhost", "Caddy listens on 443 with this file, and clients come to port 80"),
        ("Caddyfile", "http://:80", "http://:8080", "Caddyfile, line 6: Caddy listens on 8080"),
        ("Caddyfile", "round_robin", "weighted_round_robin 3 1", "knows no lb_policy weighted_round_robin"),
        ("haproxy.cfg", "bind *:80", "bind *:8080", "haproxy.cfg, line 13: HAProxy listens on 8080 with this file"),
        (
            "haproxy.cfg",
            "application1:8000",
            "application1:8080",
            "haproxy.cfg, line 21: application1 listens on port 8000, and not on 8080.",
        ),
        ("haproxy.cfg", "    daemon", "    maxconn 400000", "more than this machine gives one program"),
        ("haproxy.cfg", "application1:8000", "localhost:8000", "localhost is the machine that HAProxy itself is on"),
        ("haproxy.cfg", "    server ", "    # server ", "haproxy.cfg, line 16: The backend app has no server"),
        ("httpd.conf", "Listen 80", "", "httpd.conf: Apache listens on no port with this file"),
        ("httpd.conf", "</Proxy>", "", "httpd.conf, line 6: Apache says: <Proxy> was not closed."),
        (
            "httpd.conf",
            '"balancer://app/"\nProxyPassR',
            '"balancer://app"\nProxyPassR',
            "httpd.conf, line 11: Apache puts what follows / straight behind balancer://app",
        ),
        ("httpd.conf", "ProxyPreserveHost", "ProxyPreserve", "httpd.conf, line 10: Apache says: Invalid command"),
        ("httpd.conf", " loadfactor=3", "", "others than three to one"),
        (
            "Caddyfile",
            "application2:8000 ",
            "application3:8000 ",
            "Caddyfile, line 8: No service is called application3",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    needs(name)
    assert old in FILES[name]
    verdict = graded(tmp_path, name, FILES[name].replace(old, new))
    assert verdict.outcome is Outcome.FAILED
    messages = [finding.message for finding in verdict.findings if finding.outcome is Outcome.FAILED]
    assert any(said in message for message in messages), messages


def test_of_two_files_the_one_saved_last_is_graded(tmp_path: Path) -> None:
    needs("haproxy.cfg")
    needs("Caddyfile")
    assert STEP.solution is not None
    workspace = tmp_path / "workspace"
    shutil.copytree(STEP.solution, workspace)
    (workspace / "Caddyfile").write_text(CADDY.replace("lb_policy", "lb_polizy"), encoding="utf-8")
    for name, saved, outcome in (("haproxy.cfg", 1, Outcome.FAILED), ("haproxy.cfg", 2_000_000_000, Outcome.PASSED)):
        os.utime(workspace / name, (saved, saved))
        verdict = grade(Plan.of(COURSE, STEP.id, (STEP,), workspace, "a seed"))
        assert verdict.outcome is outcome, verdict.first_problem


def test_a_port_that_somebody_has_is_no_hindrance(tmp_path: Path) -> None:
    needs("haproxy.cfg")
    text = HAPROXY + "\nfrontend figures\n    bind *:8404\n    stats enable\n    stats uri /\n"
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else has it: as good
            holder.bind(("127.0.0.1", 8404))
            holder.listen()
        verdict = graded(tmp_path, "haproxy.cfg", text)
    assert verdict.outcome is Outcome.PASSED, verdict.first_problem


def test_a_program_that_is_not_there_is_a_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haproxy, "PROGRAMS", ("no-such-haproxy",))
    verdict = graded(tmp_path, "haproxy.cfg", HAPROXY)
    problem = verdict.first_problem
    assert problem is not None
    assert (verdict.outcome, problem.cause) == (Outcome.BLOCKED, Cause.NEEDS)
    assert "HAProxy is not installed" in problem.message
    assert "apt install haproxy" in problem.hint
