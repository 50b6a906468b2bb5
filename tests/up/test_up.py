"""`stackwalk up`, `down`, `status`, `logs` as processes: a stack in the foreground, reached from other terminals."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from ports import unused_port

from stackwalk.course.workspace import Workspace, lock, make_workspace
from stackwalk.stack import kin

PATIENT = 40.0  # seconds: a deadline for what takes half a second
CONF = """upstream both {
    server application1:8000;
    server application2:8000;
}
server {
    listen 80;
    access_log /var/log/nginx/access.log;
    location / {
        proxy_pass http://both;
    }
}
"""
WSGI = """
import sys
def application(environ, start_response):
    print("asked for", environ["PATH_INFO"], "\\x1b[31m", flush=True)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"from the stack"]
"""
SOCKETS = """
import socket
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\nfrom the stack")
    client.close()
"""


class Up:
    """A stack that was started as a learner starts it."""

    def __init__(self, workspace: Path, port: int, process: "subprocess.Popen[str]") -> None:
        self.workspace = workspace
        self.port = port
        self.process = process
        self.log = workspace.parent / "up.log"

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, words: str) -> str:
        deadline = time.monotonic() + PATIENT
        while words not in self.said():
            assert time.monotonic() < deadline, self.said()
            assert self.process.poll() is None or words in self.said(), self.said()
            time.sleep(0.01)
        return self.said()

    def ask(self, path: str = "/") -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENT) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "stackwalk", *words, "--workspace", str(self.workspace)],
            capture_output=True, text=True, timeout=PATIENT, check=False,
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.command("status", "--json").stdout)
        return told

    def processes(self) -> list[int]:
        return [pid for part in self.status()["parts"] for pid in part["processes"]]


@contextlib.contextmanager
def up(folder: Path, *words: str, **files: str) -> Iterator[Up]:
    """Run it until the block's end; `files`: name__py for name.py."""
    workspace = folder / "my stück"
    workspace.mkdir()
    for name, text in files.items():
        (workspace / name.replace("__", ".")).write_text(text)
    port = unused_port()
    with (folder / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk", "up", *words, "--workspace", str(workspace), "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
        with process:
            try:
                yield Up(workspace, port, process)
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)
                    process.wait(PATIENT)


def lives(pid: int) -> bool:
    look = kin.look(pid)
    return look is not None and not look.dead


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + PATIENT
    while any(lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(lives(pid) for pid in pids)


def test_a_whole_stack_is_up_is_asked_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        said = stack.wait_for("Ready in")
        assert f"client → localhost:{stack.port}" in said
        assert "\x1b" not in said
        assert [stack.ask("/one"), stack.ask("/two")] == [(200, "from the stack")] * 2
        told = stack.status()
        assert [part["name"] for part in told["parts"]] == ["application1", "application2", "nginx"]
        assert [part["state"] for part in told["parts"]] == ["ready"] * 3
        assert [hop["name"] for hop in told["hops"]] == ["nginx", "application1", "application2"]
        assert told["ready"] is True
        assert told["door"] == stack.port
        shown = stack.command("status")
        assert shown.returncode == 0
        assert "application2" in shown.stdout
        pids = stack.processes()
        assert len(pids) == 6
        stack.wait_for("asked for /two")
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(PATIENT) == 0
        assert gone(pids)


def test_down_ends_it_from_another_terminal_and_logs_show_what_was_said(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        stack.ask("/logged")
        said = stack.wait_for("GET /logged")
        assert "asked for /logged" in stack.wait_for("asked for /logged"), said
        everything = stack.command("logs").stdout
        assert "asked for /logged" in everything, everything
        assert "\x1b" not in everything, "what programs print is shown safely"
        nginx = stack.command("logs", "nginx").stdout
        assert "GET /logged" in nginx
        assert "asked for" not in nginx
        unknown = stack.command("logs", "apache")
        assert unknown.returncode == 2
        assert "application1, application2, nginx" in unknown.stdout + unknown.stderr
        pids = stack.processes()
        ended = stack.command("down")
        assert ended.returncode == 0
        assert gone([*pids, stack.process.pid])
        assert stack.process.wait(PATIENT) == 0
        again = stack.command("down")
        assert again.returncode == 2
        assert "No stack is up" in again.stdout + again.stderr


def test_a_part_that_is_killed_shows_and_the_others_go_on(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        parts = {part["name"]: part for part in stack.status()["parts"]}
        os.kill(parts["application1"]["pid"], signal.SIGKILL)
        stack.wait_for("application1 has ended: somebody has sent it SIGKILL.")
        assert {stack.ask()[0] for _ in range(3)} == {200}
        assert stack.command("status").returncode == 1
        os.kill(parts["nginx"]["pid"], signal.SIGKILL)
        stack.wait_for("nginx has ended: somebody has sent it SIGKILL. Clients of localhost")
        assert gone(parts["nginx"]["processes"]), "its workers go with it"
        with pytest.raises(urllib.error.URLError):
            stack.ask()
        os.kill(parts["application2"]["pid"], signal.SIGKILL)
        assert stack.process.wait(PATIENT) == 1, "nothing of it runs any more"


def test_beside_an_open_lab_status_says_that_it_is_one(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_workspace(workspace, {"XDG_STATE_HOME": str(tmp_path)})
    with lock(workspace):
        said = subprocess.run(
            [sys.executable, "-m", "stackwalk", "status", "--workspace", str(tmp_path)],
            capture_output=True, text=True, timeout=PATIENT, check=False,
        )  # fmt: skip
    assert said.returncode == 2
    assert "but another stackwalk, a lab for instance, has it open" in " ".join((said.stdout + said.stderr).split())


def test_nothing_is_left_when_it_is_killed_and_it_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"  # of its own: whoever else starts sweeps the other one, too
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        pids = stack.processes()
        stack.process.kill()
        stack.process.wait(PATIENT)
        assert gone(pids)
        said = stack.command("status")
        assert said.returncode == 2
        assert "No stack is up" in said.stdout + said.stderr
        left = f"stackwalk-up-{stack.process.pid}-*"
        assert list(temporary.glob(left))
        (stack.workspace / "nginx.conf").write_text("wrong")
        assert stack.command("up", "--port", str(unused_port())).returncode == 1
        assert not list(Path(tempfile.gettempdir()).glob(left))


def test_one_stack_a_workspace(tmp_path: Path) -> None:
    with up(tmp_path, server__py=SOCKETS) as stack:
        stack.wait_for("Ready in")
        second = stack.command("up", "--port", str(unused_port()))
        assert second.returncode == 2
        assert f"process {stack.process.pid}" in second.stdout + second.stderr


def test_traces_attach_to_all_hops_or_to_one(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        wrong = subprocess.run(
            [sys.executable, "-m", "stackwalk", "trace", f"localhost:{stack.port}", "--hop", "app"],
            capture_output=True, text=True, timeout=PATIENT, check=False,
        )  # fmt: skip
        assert wrong.returncode == 2
        assert "Its hops are nginx, " in wrong.stderr
        traces = {}
        for name, more in {"all": [], "one": ["--hop", "application1"], "json": ["--json"]}.items():
            file = tmp_path / f"{name}.out"
            command = [sys.executable, "-m", "stackwalk", "trace", f"localhost:{stack.port}", *more]
            with file.open("w") as out:
                traces[name] = file, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        for file, _ in traces.values():
            _wait_for(file, "Ctrl+C ends")
        for number in range(4):
            stack.ask(f"/traced{number}")
        _wait_for(traces["all"][0], "nginx", "application2", "/traced3")
        _wait_for(traces["one"][0], "application1")
        _wait_for(traces["json"][0], '"hop":"nginx"', '"hop":"application1"', '"hop":"application2"')
        for _, process in traces.values():
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENT) == 0
        # Whoever answered stands above whom it answered, for each request.
        order = [line.split()[0] for line in traces["all"][0].read_text().splitlines() if "/traced" in line]
        assert order[1::2] == ["nginx"] * 4
        one = traces["one"][0].read_text()
        assert "nginx " not in one
        assert "application2" not in one


def _wait_for(file: Path, *words: str) -> None:
    deadline = time.monotonic() + PATIENT
    while not all(word in file.read_text() for word in words):
        assert time.monotonic() < deadline, file.read_text()
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"wsgi__py": WSGI, "server__py": SOCKETS}, "gunicorn"),
        ({"service__py": "from flask import Flask\napp = Flask(__name__)\n", "server__py": SOCKETS}, "flask"),
        ({"server__py": SOCKETS}, "server"),
    ],
)
def test_without_nginx_the_outermost_layer_that_there_is(tmp_path: Path, files: dict[str, str], name: str) -> None:
    with up(tmp_path, **files) as stack:
        stack.wait_for("Ready in")
        assert stack.ask("/")[0] in (200, 404)
        assert [part["name"] for part in stack.status()["parts"]] == [name]


def test_settings_and_compose_are_heeded(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    command: gunicorn --workers 1 -b 0.0.0.0:8000 wsgi\n"
    conf = CONF.replace("application2", "web")
    settings = 'workers = 2\nbind = "127.0.0.1:8000"\n'
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=conf, compose__yaml=compose, gunicorn__conf__py=settings) as stack:
        stack.wait_for("Ready in")
        counts = {part["name"]: len(part["processes"]) for part in stack.status()["parts"]}
        assert counts["application1"] == 3, "as the settings file says"
        assert counts["web"] == 2, "as the command says"


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({}, 2, "There is nothing to run here yet"),
        ({"wsgi__py": WSGI, "nginx__conf": CONF.replace("80;", "80")}, 1, "nginx.conf, line 6"),
        ({"wsgi__py": WSGI, "nginx__conf": CONF.replace("application2", "other")}, 1, "other"),
        ({"wsgi__py": "1 / 0\n", "nginx__conf": CONF}, 1, "ZeroDivisionError"),
        ({"nginx__conf": CONF}, 1, "has ended"),
        ({"wsgi__py": WSGI, "nginx__conf": CONF.replace("listen 80;", "listen 8080;")}, 1, "it listens on port 8080"),
        ({"server__py": "1 / 0\n"}, 1, "ZeroDivisionError"),
    ],
)
def test_what_keeps_it_from_running_is_said(tmp_path: Path, files: dict[str, str], code: int, words: str) -> None:
    with up(tmp_path, **files) as stack:
        assert stack.process.wait(PATIENT) == code, stack.said()
        assert words in stack.said()


def test_a_door_that_is_taken_is_said_and_the_next_one_opened(tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    workspace.mkdir()
    (workspace / "server.py").write_text(SOCKETS)
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", 8080))
        except OSError:
            pytest.skip("something else on this machine holds port 8080")
        holder.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk", "up", "--workspace", str(workspace)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        said = ""
        while "Ready in" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENT) == 0
        process.stdout.close()
    assert "Port 8080 is taken" in said
    assert "client → localhost:8080" not in said


def test_a_saved_file_is_said_and_taken_when_somebody_asks_for_it(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        before = {part["name"]: part["pid"] for part in stack.status()["parts"]}
        (stack.workspace / "nginx.conf").write_text(CONF.replace("location / {", "location /new {"))
        (stack.workspace / "wsgi.py").write_text(WSGI.replace("from the stack", "of new code"))
        stack.wait_for("To let it take that in, in another terminal: stackwalk reload")
        assert "nginx.conf, wsgi.py were saved." in stack.said()
        assert stack.ask("/new") == (200, "from the stack"), "nothing has changed yet"
        assert stack.ask("/") == (200, "from the stack")

        told = stack.command("reload")
        assert told.returncode == 0, told.stdout + told.stderr
        assert "nginx has taken its file, and no client has noticed." in told.stdout
        assert "application2: new workers" in told.stdout
        assert stack.ask("/")[0] == 404
        deadline = time.monotonic() + PATIENT
        while stack.ask("/new") != (200, "of new code"):
            assert time.monotonic() < deadline
        assert {part["name"]: part["pid"] for part in stack.status()["parts"]} == before, "nothing was ended for it"
        stack.wait_for("GET /new")


def test_a_file_that_is_not_taken_is_said_with_its_line(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        (stack.workspace / "nginx.conf").write_text(CONF.replace("listen 80;", "listen 80"))
        told = stack.command("reload", "nginx")
        assert told.returncode == 1
        assert "nginx.conf, line 6" in told.stdout
        assert "Until then nginx goes on as before." in told.stdout.replace("\n", " ")
        assert "application1" not in told.stdout
        assert stack.ask() == (200, "from the stack")
        unknown = stack.command("reload", "apache")
        assert unknown.returncode == 2
        assert "application1, application2, nginx" in unknown.stdout + unknown.stderr


def test_what_the_image_prints_is_in_the_logs_of_a_file_that_names_none(tmp_path: Path) -> None:
    conf = "server {\n listen 80;\n root /service/app;\n location /api/ { proxy_pass http://application:8000; }\n}"
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=conf) as stack:
        stack.wait_for("Ready in")
        assert stack.ask("/missing")[0] == 404
        stack.wait_for('"GET /missing HTTP/1.1" 404')
        stack.wait_for('open() "/service/app/missing" failed (2: No such file or directory)')
        assert "start worker process" not in stack.said()
        assert '"/service/app/missing" failed' in stack.command("logs", "nginx").stdout.replace("\n", "")


def test_a_front_that_nobody_reaches_any_longer_is_said(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        (stack.workspace / "nginx.conf").write_text(CONF.replace("listen 80;", "listen 8081;"))
        told = stack.command("reload", "nginx")
        assert told.returncode == 1
        assert "nginx has taken its file, and can't be reached: it listens on port 8081" in " ".join(
            told.stdout.split()
        )
        assert stack.command("status").returncode == 1
        (stack.workspace / "nginx.conf").write_text(CONF)
        assert "nginx has taken its file, and no client has noticed." in stack.command("reload", "nginx").stdout
        assert stack.ask() == (200, "from the stack")


def test_code_that_can_not_be_loaded_is_not_taken(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        (stack.workspace / "wsgi.py").write_text(WSGI + "\nsyntax error(\n")
        told = stack.command("reload")
        assert told.returncode == 1
        said = " ".join(told.stdout.split())
        assert "application1 goes on as before, for it could not load its files as they are now. wsgi.py, line" in said
        assert "SyntaxError" in said
        assert "nginx has taken its file" in said
        assert {stack.ask() for _ in range(4)} == {(200, "from the stack")}
        assert stack.command("status").returncode == 0


def test_the_end_of_a_program_is_told_with_its_own_line(tmp_path: Path) -> None:
    with up(tmp_path, server__py=SOCKETS) as stack:
        stack.wait_for("Ready in")
        (stack.workspace / "server.py").write_text("import socket\n\nsocket.nonsense()\n")
        told = stack.command("reload")
        assert told.returncode == 1
        assert "and has ended: exit status 1. server.py, line 3: AttributeError" in " ".join(told.stdout.split())


def test_a_compose_file_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    with up(tmp_path, server__py=SOCKETS, compose__yaml="services\n  web:\n    image: nginx\n") as stack:
        stack.wait_for("Ready in")
        said = " ".join(stack.said().split())
        assert "compose.yaml, line " in said
        assert "Until then the stack is what it would be without that file." in said


def test_what_has_ended_is_started_by_a_reload(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        pids = {part["name"]: part["pid"] for part in stack.status()["parts"]}
        for name in ("nginx", "application1"):
            os.kill(pids[name], signal.SIGKILL)
            stack.wait_for(f"{name} has ended: somebody has sent it SIGKILL.")
            stack.wait_for(f"stackwalk reload {name}")
        told = stack.command("reload")
        assert told.returncode == 0, told.stdout + told.stderr
        assert "application1 has been started." in told.stdout
        assert "nginx has been started anew." in told.stdout
        deadline = time.monotonic() + PATIENT
        while not stack.status()["ready"]:
            assert time.monotonic() < deadline
        assert {stack.ask()[0] for _ in range(4)} == {200}


def test_a_gunicorn_whose_master_has_loaded_the_code_is_started_anew(tmp_path: Path) -> None:
    settings = 'preload_app = True\nbind = "127.0.0.1:8000"\n'
    with up(tmp_path, wsgi__py=WSGI, gunicorn__conf__py=settings) as stack:
        stack.wait_for("Ready in")
        (stack.workspace / "wsgi.py").write_text(WSGI.replace("from the stack", "of new code"))
        assert "gunicorn has been ended and started anew." in stack.command("reload").stdout
        assert stack.ask() == (200, "of new code")


def test_a_program_without_a_hup_is_started_anew(tmp_path: Path) -> None:
    with up(tmp_path, server__py=SOCKETS) as stack:
        stack.wait_for("Ready in")
        (stack.workspace / "server.py").write_text(SOCKETS.replace("from the stack", "of new code"))
        stack.wait_for("server.py was saved.")
        told = stack.command("reload")
        assert "server has been ended and started anew." in told.stdout
        assert stack.ask() == (200, "of new code"), "a client who comes at once waits for it"


HAPROXY = """defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend door
    bind :80
    default_backend both
backend both
    server one application1:8000
    server two application2:8000
"""


def test_where_there_is_no_nginx_conf_another_server_stands_in_front(tmp_path: Path) -> None:
    if shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin") is None:
        pytest.skip("haproxy is not installed")
    with up(tmp_path, wsgi__py=WSGI, haproxy__cfg=HAPROXY) as stack:
        stack.wait_for("Ready in")
        assert [part["name"] for part in stack.status()["parts"]] == ["application1", "application2", "haproxy"]
        assert [stack.ask() for _ in range(3)] == [(200, "from the stack")] * 3
        (stack.workspace / "haproxy.cfg").write_text(HAPROXY.replace("bind :80", "bind :80\n    option htp"))
        stack.wait_for("haproxy.cfg was saved.")
        told = stack.command("reload", "haproxy")
        assert told.returncode == 1
        assert "haproxy.cfg, line 8" in told.stdout
        assert stack.ask() == (200, "from the stack")
        (stack.workspace / "haproxy.cfg").write_text(HAPROXY.replace("bind :80", "bind :80\n    http-request deny"))
        assert stack.command("reload").returncode == 0
        assert stack.ask()[0] == 403
        pids = stack.processes()
        stack.process.send_signal(signal.SIGINT)
        assert stack.process.wait(PATIENT) == 0
        assert gone(pids)


def test_the_file_to_begin_with_can_be_named(tmp_path: Path) -> None:
    with up(tmp_path, "wsgi.py", wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        assert [part["name"] for part in stack.status()["parts"]] == ["gunicorn"]
        assert stack.ask() == (200, "from the stack")


@pytest.mark.parametrize(
    ("name", "said"), [("haproxy.cfg", "There is no haproxy.cfg here."), ("app.py", "app.py is no file that up")]
)
def test_a_file_that_it_cannot_begin_with_is_said(tmp_path: Path, name: str, said: str) -> None:
    with up(tmp_path, name, wsgi__py=WSGI) as stack:
        assert stack.process.wait(PATIENT) == 2
        assert said in stack.said()


def test_clients_come_to_the_port_of_nginx_that_compose_yaml_publishes(tmp_path: Path) -> None:
    compose = 'services:\n  nginx:\n    image: nginx:1.30-alpine\n    ports: ["8080:8080"]\n'
    conf = CONF.replace("listen 80;", "listen 8080;")
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=conf, compose__yaml=compose) as stack:
        said = stack.wait_for("Ready in")
        assert "No server listens on port 80" not in said
        assert stack.ask() == (200, "from the stack")


def test_a_web_server_that_listens_nowhere_is_said(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf="# nothing yet\n") as stack:
        said = " ".join(stack.wait_for("in nginx.conf.").split())
        assert (
            "nginx is not ready yet: nothing of it listens on port 80 yet. Look for a `listen 80;` in nginx.conf."
            in said
        )


def test_what_nginx_takes_in_silence_is_said(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF.replace("listen 80;", "listen 8080;")) as stack:
        assert "nginx.conf, line 6: No server listens on port 80" in stack.wait_for("leads: only on 8080.")


def test_a_tap_that_is_killed_ends_the_stack_which_is_said(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        pids = stack.processes()
        (tap,) = [one.pid for one in psutil.Process(stack.process.pid).children() if "tap" in " ".join(one.cmdline())]
        os.kill(tap, signal.SIGKILL)
        assert stack.process.wait(PATIENT) == 2
        assert f"The tap on port {stack.port} has ended." in stack.said()
        assert gone(pids)


def test_a_worker_that_is_killed_has_a_successor(tmp_path: Path) -> None:
    with up(tmp_path, wsgi__py=WSGI, nginx__conf=CONF) as stack:
        stack.wait_for("Ready in")
        pids = stack.processes()
        masters = {part["pid"] for part in stack.status()["parts"]}
        for pid in set(pids) - masters:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENT
        while len(now := stack.processes()) != len(pids) or set(now) & set(pids) != masters:
            assert time.monotonic() < deadline, (pids, now)
        assert {stack.ask()[0] for _ in range(4)} == {200}
