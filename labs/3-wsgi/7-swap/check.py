"""3.7: other.py under Gunicorn, and wsgi.py, unchanged, under waitress and uWSGI."""

from collections.abc import Sequence

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import text_of
from stackwalk.check.plugin import Launch, Run
from stackwalk.check.server import Server
from stackwalk.stack.environment import free_port

GREETING = "Hello, world!"
KIND = "import other; print('application of', type(other.application).__module__)"


def greets(server: Server, under: str) -> None:
    answer = server.get("/")
    answer.expect_status(200, f"GET / is answered with 200 under {under} as well.")
    if GREETING not in text_of(answer):
        fail(f"GET / shows another page under {under}.", expected=GREETING, actual=text_of(answer))


def expect_server(server: Server, name: str | None) -> None:
    found = server.get("/").header("Server")
    if found != name:
        fail("The header Server names who speaks HTTP.", expected=f"Server: {name}", actual=f"Server: {found}")


def swapped(launch: Launch, run: Sequence[str], port: int) -> Server:
    return launch(run, file="wsgi.py", port=port, answers=True)


def test_another_framework(server: Server, run: Run, fresh: Fresh) -> None:
    """other.py, which is not made with Flask, greets under Gunicorn"""
    greets(server, "Gunicorn")
    path = f"/{fresh.word()}"
    server.get(path).expect_status(404, f"No view has the address {path}, so GET {path} is answered with 404.")
    ended = run(["python", "-c", KIND], file="other.py").wait(20.0)
    if "application of flask" in ended.output or "application of app" in ended.output:
        fail("What other.py calls application is made with Flask; this step is about another framework.")


def test_under_waitress(launch: Launch) -> None:
    """wsgi.py, unchanged, greets under waitress"""
    server = swapped(launch, ["waitress-serve", "--listen=127.0.0.1:8000", "wsgi:application"], 8000)
    greets(server, "waitress")
    expect_server(server, "waitress")


def test_under_uwsgi(launch: Launch) -> None:
    """wsgi.py, unchanged, greets under uWSGI"""
    port = free_port()  # it is no Python program: its port can't be moved, so it is told one
    server = swapped(
        launch,
        ["uwsgi", "--http-socket", f"127.0.0.1:{port}", "--master", "--processes", "3", "--die-on-term",
         "--module", "wsgi:application"],
        port,
    )  # fmt: skip
    greets(server, "uWSGI")
    expect_server(server, None)
