"""A workspace with a small application behind nginx, and a stack of it that stands."""

import contextlib
import http.client
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from stackwalk.course.program import ProgramSpec
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import guarding
from stackwalk.whole.plan import Declared
from stackwalk.whole.stack import Stack

PATIENT = 30.0  # seconds: a deadline for what takes half a second on a machine with nothing else to do
FRONT = ProgramSpec("nginx", ("nginx",), "nginx.conf", 80, server="nginx", door=8080)
APPLICATION = """
import os, time

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/hang":
        time.sleep(20)
    if path == "/slow":
        time.sleep(0.3)
    if path == "/die":
        os._exit(1)
    body = environ["wsgi.input"].read() + path.encode() + b" by %d" % os.getppid()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""
ONE = "server {\n    listen 80;\n    location / {\n        proxy_pass http://application:8000;\n    }\n}\n"
TWO = """upstream both {
    server application1:8000;
    server application2:8000;
}
server {
    listen 80;
    location / {
        proxy_pass http://both;
    }
}
"""


def service(name: str, *, copies: int = 1, port: int = 8000, module: str = "wsgi") -> ProgramSpec:
    run = ("gunicorn", "--workers", "1", "--bind", f"127.0.0.1:{port}", module)
    return ProgramSpec(name, run, f"{module}.py", 8000, answers=True, copies=copies)


def workspace_in(folder: Path, conf: str, application: str = APPLICATION) -> Path:
    workspace = folder / "my stück"
    workspace.mkdir()
    (workspace / "wsgi.py").write_text(application)
    (workspace / "nginx.conf").write_text(conf)
    return workspace


@contextlib.contextmanager
def prepared(
    folder: Path, conf: str, services: Sequence[ProgramSpec], application: str = APPLICATION,
    published: tuple[int, ...] = (),
) -> Iterator[Stack]:  # fmt: skip
    """A stack that was prepared and not started."""
    workspace = workspace_in(folder, conf, application)
    with guarding() as guardian:
        stack = Stack(
            Declared(FRONT, tuple(services), published=published), guardian, workspace=workspace,
            scratch=folder / "scratch",
            environment=lambda run_dir, moved: learner_environment(workspace, run_dir, moved),
        )  # fmt: skip
        with stack:
            stack.prepare()
            yield stack


@contextlib.contextmanager
def standing(
    folder: Path, conf: str, services: Sequence[ProgramSpec], application: str = APPLICATION
) -> Iterator[Stack]:
    """A stack of which every part is ready."""
    with prepared(folder, conf, services, application) as stack:
        stack.start()
        assert stack.await_ready(PATIENT), [(part.name, part.state) for part in stack.parts]
        yield stack


def port_of(stack: Stack) -> int:
    listener = stack.running("nginx").listener
    assert listener is not None
    return listener.port


def ask(
    stack: Stack, path: str = "/", method: str = "GET", body: bytes | None = None
) -> tuple[int, str, tuple[str, ...]]:
    """Status and body of an answer, and who was asked for it."""
    client = http.client.HTTPConnection("127.0.0.1", port_of(stack), timeout=PATIENT)
    with contextlib.closing(client):
        client.connect()
        port = client.sock.getsockname()[1]
        client.request(method, path, body)
        answer = client.getresponse()
        text = answer.read().decode()
    return answer.status, text, stack.served(port, 1, PATIENT)


def until(fact: Callable[[], bool]) -> bool:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENT
    while not (true := fact()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return true
