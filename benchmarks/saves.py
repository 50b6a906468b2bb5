"""From a save to its verdict: `stackwalk watch` beside restarting the server and running pytest on it from cold.

Three programs: lab 1's socket server, the Flask application of 2.2 under `flask run`, and that of 3.1 under Gunicorn.
Both sides run the same program, and ask it for pages and for what is not there, drawn anew: stackwalk by the checks of
the lab's core up to that step, the other side by eight checks with a request each. A round changes the program on one
side, then on the other. On stackwalk's side time runs from the save until the line with the verdict has been printed;
on the other from the save until the server was ended and launched again, was ready, and pytest had ended. Both run in
an environment of the runtime dependencies only.
"""

import argparse
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from _bench import TOP, Goal, environment, plain_environment, table, timed

PATIENCE = 60.0  # seconds

# The same program on both sides. It bears what only the other side needs: its port used again at once, and a client
# that says nothing, by which one sees that it listens.
PROGRAM = """
import socket

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", {port}))
listener.listen()

while True:
    client, address = listener.accept()
    request = client.recv(4096).decode()
    if request:
        path = request.split()[1]
        try:
            with open(path[1:], "rb") as file:
                status, body = "200 OK", file.read()
        except FileNotFoundError:
            status, body = "404 Not Found", b"There is nothing here."
        head = f"HTTP/1.1 {{status}}\\r\\nContent-Length: {{len(body)}}\\r\\n\\r\\n"
        client.sendall(head.encode() + body)
    client.close()
"""

# What somebody would write by hand with nothing but pytest and the standard library. A server that is down for a
# moment is no failure there either: the benchmark waits until it listens.
PLAIN = """
import pathlib
import random
import string
import urllib.error
import urllib.request

import pytest

HERE = pathlib.Path(__file__).parent


def word():
    return "".join(random.choices(string.ascii_lowercase, k=8))


def get(path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{{path}}", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("ending", [".html", ".css", ".txt", ".js", ".svg"])
def test_a_file_comes_back(ending):
    file, text = HERE / f"{{word()}}{{ending}}", word()
    file.write_text(text)
    try:
        assert get(file.name) == (200, text.encode())
    finally:
        file.unlink()


def test_a_big_file():
    file, text = HERE / f"{{word()}}.txt", word() * 25_000
    file.write_text(text)
    try:
        assert get(file.name) == (200, text.encode())
    finally:
        file.unlink()


@pytest.mark.parametrize("ending", [".html", ".css"])
def test_a_missing_file_is_404(ending):
    assert get(f"{{word()}}{{ending}}")[0] == 404
"""


# The same for an application behind Flask's server or Gunicorn.
PLAIN_PAGES = """
import random
import string
import urllib.error
import urllib.request

import pytest


def word():
    return "".join(random.choices(string.ascii_lowercase, k=8))


def get(path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{{path}}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("path", ["", "index"])
def test_it_greets(path):
    status, page = get(path)
    assert status == 200 and "Hello, world!" in page


@pytest.mark.parametrize("more", ["", "-", "_"])
def test_it_greets_by_name(more):
    name = word() + more
    status, page = get(f"hello/{{name}}")
    assert status == 200 and name in page


@pytest.mark.parametrize("path", ["nothing", "hello/", "indexes"])
def test_what_is_not_there_is_404(path):
    assert get(f"{{path}}{{word()}}" if path != "hello/" else path)[0] == 404
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One program, saved again and again, and how each side runs it."""

    name: str
    step: str
    file: str  # the one that is saved
    argv: tuple[str, ...]  # how the other side starts it, on {port}
    plain: str  # its checks
    goal: float
    solution: str = ""  # the workspace, below solutions/; none: PROGRAM alone
    answers: bool = False  # ready is an answer


CASES = (
    Case("socket", "1.3", "server.py", ("python", "server.py"), PLAIN, 0.1),
    Case(
        "flask", "2.2", "app/routes.py", ("flask", "--app", "service", "run", "--port", "{port}"), PLAIN_PAGES, 0.25,
        "2-framework/2-routes", answers=True,
    ),
    Case(
        "gunicorn", "3.1", "app/routes.py", ("gunicorn", "--workers", "1", "--bind", "127.0.0.1:{port}", "wsgi"),
        PLAIN_PAGES, 0.25, "3-wsgi/1-wsgi", answers=True,
    ),
)  # fmt: skip


class Saving:
    """A workspace whose program is saved again and again, each time with another last line."""

    def __init__(self, folder: Path, case: Case, port: int) -> None:
        if case.solution:
            shutil.copytree(TOP / "solutions" / case.solution, folder)
        else:
            folder.mkdir()
            (folder / case.file).write_text(PROGRAM.format(port=port), encoding="utf-8")
        self.folder = folder
        self.file = folder / case.file
        self._program = self.file.read_text(encoding="utf-8")
        self._saves = 0

    def save(self) -> None:
        self._saves += 1
        self.file.write_text(f"{self._program}# save {self._saves}\n", encoding="utf-8")


class Watched:
    """stackwalk's side: `watch`, and its lines."""

    def __init__(self, case: Case, saving: Saving, commands: Path, variables: dict[str, str], course: Path) -> None:
        self.saving = saving
        self._step = case.step
        self._said = b""
        self._process = subprocess.Popen(
            [commands / "stackwalk", "watch", case.step, "--workspace", saving.folder, "--from", course],
            cwd=saving.folder.parent, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> "Watched":
        self.await_verdict()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=PATIENCE)

    def run(self) -> float:
        began = time.perf_counter()
        self.saving.save()
        self.await_verdict()
        taken = time.perf_counter() - began
        self.rest()
        return taken

    def await_verdict(self) -> None:
        assert self._process.stdout is not None
        while f"{self._step} passed".encode() not in self._said:
            if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
                sys.exit(f"no verdict came: {self._said.decode()}")
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                sys.exit(f"watch ended: {self._said.decode()}")
            self._said += data
            if b"not yet" in self._said:
                sys.exit(f"a right program did not pass: {self._said.decode()}")
        self._said = b""

    def rest(self) -> None:
        """Nobody saves twice within this time; the other side must not pay for what is tidied up."""
        select.select([], [], [], 0.3)


class Restarted:
    """The other side: the server, ended and launched again, and pytest."""

    def __init__(self, case: Case, saving: Saving, commands: Path, variables: dict[str, str], port: int) -> None:
        self.saving = saving
        self._answers = case.answers
        self._argv = [str(commands / case.argv[0]), *(word.format(port=port) for word in case.argv[1:])]
        self._port = port
        self._python = commands / "python"
        self._variables = variables
        (saving.folder / "test_server.py").write_text(case.plain.format(port=port), encoding="utf-8")
        self._server = self._launch()

    def __enter__(self) -> "Restarted":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def run(self) -> float:
        began = time.perf_counter()
        self.saving.save()
        self._end()
        self._server = self._launch()
        done = subprocess.run(
            [self._python, "-m", "pytest", "test_server.py"],
            cwd=self.saving.folder, env=self._variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        taken = time.perf_counter() - began
        if done.returncode or "8 passed" not in done.stdout:
            sys.exit(f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return taken

    def _launch(self) -> "subprocess.Popen[bytes]":
        server = subprocess.Popen(
            self._argv, cwd=self.saving.folder, env=self._variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        is_ready = _answers if self._answers else _listens
        while not is_ready(self._port):
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("the server did not come to listen")
            time.sleep(0.001)
        return server

    def _end(self) -> None:
        self._server.terminate()
        self._server.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    """Whether something takes connections there; whoever is asked must bear a client that says nothing."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    """Whether an HTTP answer comes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
            return bool(answer.read())
    except OSError:
        return False


def _measure(case: Case, folder: Path, commands: Path, variables: dict[str, str], course: Path, rounds: int) -> None:
    folder.mkdir()
    port = _free_port()
    watched = Watched(case, Saving(folder / "watched", case, 8080), commands, variables, course)
    restarted = Restarted(case, Saving(folder / "restarted", case, port), commands, variables, port)
    ours, theirs = f"{case.name}: stackwalk watch", f"{case.name}: restart, cold pytest"
    with watched, restarted:
        times = timed({ours: watched.run, theirs: restarted.run}, rounds)
    print(table(times, [Goal(ours, theirs, case.goal)]), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--smoke", action="store_true", help="one round: that it runs, not how fast")
    parser.add_argument("--only", choices=[case.name for case in CASES], help="this program alone")
    options = parser.parse_args()
    rounds = 1 if options.smoke else options.rounds
    with tempfile.TemporaryDirectory(prefix="stackwalk-benchmark-") as name:
        folder = Path(os.path.realpath(name))
        commands = environment(folder / "venv")
        variables = plain_environment(commands, folder / "home")
        course = folder / "course"
        for part in ("labs", "solutions"):
            shutil.copytree(TOP / part, course / part)
        for case in CASES:
            if options.only in (None, case.name):
                _measure(case, folder / case.name, commands, variables, course, rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
