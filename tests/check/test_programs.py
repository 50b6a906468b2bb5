"""What the engine says of programs where a lab has no sentence of its own: verdict, cause, words.

The programs of lab 1, and many more right ones, are in tests/programs.
"""

import contextlib
import dataclasses
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading import RIGHT, plan_for, problem, verdict_on, workspace_with

from stackwalk.check.runner import grade
from stackwalk.check.verdict import Cause, Outcome

LAB_1_WRONG_PORT = """\
import socket
door = socket.socket()
door.bind(("", {port}))
door.listen()
door.accept()
"""
HEAD = "import os, socket, sys, time, threading, signal\n"
LOOP = """
while True:
    guest, _ = door.accept()
    guest.recv(1000)
    {answer}
    guest.close()
"""
DOOR = HEAD + 'door = socket.create_server(("127.0.0.1", 8080))\n'
GREET = r'guest.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")'


def serving(answer: str, before: str = DOOR) -> str:
    """A program that does this for each guest."""
    return before + LOOP.format(answer=answer)


RIGHT_ONES = {
    "as the solution": RIGHT,
    "with a length": serving(GREET),
    "on ::1 alone": serving(GREET, HEAD + 'door = socket.create_server(("::1", 8080), family=socket.AF_INET6)\n'),
    "keeps connections": r"""
import http.server
class Greet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")
http.server.ThreadingHTTPServer(("", 8080), Greet).serve_forever()
""",
    "chunks": serving(
        r'guest.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")'
    ),
    "listens a second late": HEAD + "time.sleep(1.2)\n" + serving(GREET),
    "closes stdout": HEAD + "os.close(1)\nos.close(2)\n" + serving(GREET),
    "prints escape sequences": serving("print('\\x1b[2J\\x1b]0;x\\x07\\x00\\udc80')\n    " + GREET),
    "forks a worker": DOOR + "os.fork()\n" + LOOP.format(answer=GREET),
}


@pytest.mark.parametrize("name", RIGHT_ONES)
def test_a_right_program_passes(name: str, tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, RIGHT_ONES[name])
    assert verdict.passed, verdict.first_problem
    assert [finding.name for finding in verdict.findings] == ["the_status_is_200", "the_body_is_hello"]


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A program that falls short, and what the learner reads."""

    source: str
    cause: Cause
    words: tuple[str, ...]
    check: str = "the_status_is_200"
    outcome: Outcome = Outcome.FAILED
    quick: bool = True  # the times to start and to answer are shortened


WRONG_ONES = {
    "crashes at start": Wrong(
        "import socket\n\nsocket.nothing\n",
        Cause.CRASHED,
        ("server.py, line 3: AttributeError", "before it listened on port 8080"),
    ),
    "cannot be parsed": Wrong("import socket\nwhile True\n", Cause.CRASHED, ("server.py, line 2: SyntaxError",)),
    "is indented wrongly": Wrong(
        "import socket\n  door = 1\n", Cause.CRASHED, ("server.py, line 2: IndentationError",)
    ),
    "crashes at the second guest": Wrong(
        DOOR
        + "for turn in (1, 0):\n    guest, _ = door.accept()\n    guest.recv(1000)\n    1 / turn\n    "
        + GREET
        + "\n    guest.close()\n",
        Cause.CRASHED,
        ("server.py, line 6: ZeroDivisionError", "after the request GET /"),
    ),
    "str to send": Wrong(
        serving('guest.sendall("HTTP/1.1 200 OK\\n\\nhello")'),
        Cause.CRASHED,
        ("server.py, line 7: TypeError: a bytes-like object is required",),
    ),
    "bind without a pair": Wrong(
        HEAD + 'socket.socket().bind("127.0.0.1", 8080)\n', Cause.CRASHED, ("server.py, line 2: TypeError",)
    ),
    "accepts without listening": Wrong(
        HEAD + 'door = socket.socket()\ndoor.bind(("127.0.0.1", 8080))\ndoor.accept()\n',
        Cause.CRASHED,
        ("server.py, line 4: OSError", "Invalid argument"),
    ),
    "ends at once": Wrong("import socket\n", Cause.EXITED, ("exit status 0", "before it listened")),
    "sys.exit(3)": Wrong("import sys\nsys.exit(3)\n", Cause.EXITED, ("exit status 3",)),
    "os._exit in an exchange": Wrong(
        serving("os._exit(7)"), Cause.EXITED, ("exit status 7", "after the request GET /")
    ),
    "serves one guest": Wrong(
        DOOR + "guest, _ = door.accept()\nguest.recv(1000)\n" + GREET + "\nguest.close()\n",
        Cause.EXITED,
        ("ended by itself after the request GET /", "exit status 0"),
    ),
    "serves three guests": Wrong(
        DOOR
        + "for _ in range(3):\n    guest, _ = door.accept()\n    guest.recv(1000)\n    "
        + GREET
        + "\n    guest.close()\n",
        Cause.EXITED,
        ("ended by itself after the request GET /",),
    ),
    "segfault": Wrong("import ctypes\nctypes.string_at(0)\n", Cause.CRASHED, ("SIGSEGV",)),
    "kills itself": Wrong(HEAD + "os.kill(os.getpid(), 9)\n", Cause.CRASHED, ("SIGKILL",)),
    "kills its parent": Wrong(
        HEAD + "os.kill(os.getppid(), 9)\ntime.sleep(60)\n",
        Cause.EXITED,
        ("killed the process that had started it",),
    ),
    "waits for ever": Wrong(
        HEAD + "time.sleep(600)\n",
        Cause.NOT_LISTENING,
        ("Your program runs", "nothing of it listens on port 8080"),
    ),
    "spins": Wrong("while True:\n    pass\n", Cause.NOT_LISTENING, ("nothing of it listens", "does not end: a loop")),
    "misspells_a_module": Wrong("import sockets\n", Cause.CRASHED, ("'sockets'", "Did you mean socket?")),
    "binds and never listens": Wrong(
        HEAD + 'door = socket.socket()\ndoor.bind(("127.0.0.1", 8080))\ntime.sleep(600)\n',
        Cause.NOT_LISTENING,
        ("has bound port 8080", "not called listen()"),
    ),
    "reads stdin": Wrong("input('port? ')\n", Cause.CRASHED, ("server.py, line 1: EOFError",)),
    "on another port": Wrong(
        serving(GREET, HEAD + "door = socket.create_server(('127.0.0.1', 0))\n"),
        Cause.WRONG_ADDRESS,
        ("listens on port", "come to port 8080"),
    ),
    "on another address": Wrong(
        serving(GREET, HEAD + "door = socket.create_server(('127.0.0.2', 8080))\n"),
        Cause.WRONG_ADDRESS,
        ("localhost",),
    ),
    "on UDP": Wrong(
        HEAD + "door = socket.socket(type=socket.SOCK_DGRAM)\ndoor.bind(('127.0.0.1', 8080))\ndoor.recv(100)\n",
        Cause.WRONG_ADDRESS,
        ("UDP", "SOCK_STREAM"),
    ),
    "never answers": Wrong(
        DOOR + "guest, _ = door.accept()\ntime.sleep(600)\n",
        Cause.SILENT,
        ("has been open 0.8 s", "0 bytes came"),
    ),
    "never accepts": Wrong(DOOR + "time.sleep(600)\n", Cause.SILENT, ("0 bytes came",)),
    "closes without a word": Wrong(serving("pass"), Cause.CLOSED_EARLY, ("without sending a byte",)),
    "keeps it open without a length": Wrong(
        DOOR + "kept = []\nwhile True:\n    guest, _ = door.accept()\n    kept.append(guest)\n"
        "    guest.recv(1000)\n"
        "    guest.sendall(b'HTTP/1.1 200 OK\\n\\nhello')\n",
        Cause.SILENT,
        ("22 bytes came, then nothing", "still open", "the end of the connection"),
    ),
    "resets": Wrong(
        DOOR
        + "import struct\n"
        + LOOP.format(answer="guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))"),
        Cause.RESET,
        ("was reset without a byte",),
    ),
    "answers before it reads": Wrong(
        DOOR
        + "while True:\n    guest, _ = door.accept()\n    time.sleep(0.05)\n    "
        + GREET.replace("5", "6")
        + "\n    guest.close()\n",
        Cause.RESET,
        ("was reset after",),
    ),
    "a body shorter than said": Wrong(
        serving(r'guest.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")'),
        Cause.CLOSED_EARLY,
        ("Content-Length says 9 bytes, and 5 came",),
    ),
    "bytes after the body": Wrong(
        serving(r'guest.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellojunk")'),
        Cause.WRONG_ANSWER,
        ("goes on after the end that Content-Length names: 4 more bytes",),
        check="the_body_is_hello",
    ),
    "two answers": Wrong(
        serving(GREET + "; " + GREET),
        Cause.WRONG_ANSWER,
        ("A second answer came", "43 more bytes"),
        check="the_body_is_hello",
    ),
    "drips": Wrong(
        serving("[(guest.sendall(bytes([byte])), time.sleep(0.5)) for byte in b'HTTP/1.1 200 OK\\n\\nhello']"),
        Cause.TOO_SLOW,
        ("answers too slowly", "bytes came in"),
        quick=False,
    ),
    "answers without end": Wrong(
        serving("guest.sendall(b'HTTP/1.1 200 OK\\n\\n')\n    while True: guest.sendall(bytes(10**6))"),
        Cause.TOO_MUCH_OUTPUT,
        ("answers without end",),
    ),
    "prints without end": Wrong("while True: print('x' * 1000)\n", Cause.TOO_MUCH_OUTPUT, ("printed more than 10 MB",)),
    "eats memory": Wrong(
        HEAD + "kept = []\nwhile True:\n    kept.append(bytearray(20_000_000))\n    time.sleep(0.005)\n",
        Cause.TOO_MUCH_MEMORY,
        ("more than 512 MB",),
        quick=False,
    ),
    "forks without end": Wrong(
        HEAD + "while True:\n    if os.fork() == 0:\n        time.sleep(100)\n    time.sleep(0.002)\n",
        Cause.TOO_MANY_PROCESSES,
        ("more than 64 processes",),
        quick=False,
    ),
    "becomes a daemon": Wrong(
        HEAD + "if os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n" + serving(GREET),
        Cause.LEFT_BEHIND,
        ("left another process running", "server.py"),
    ),
    "has a socket.py beside it": Wrong(RIGHT, Cause.CRASHED, ("a file of yours called socket.py",)),
    "another status": Wrong(
        serving(r'guest.sendall(b"HTTP/1.1 404 Not Found\r\n\r\nhello")'),
        Cause.WRONG_ANSWER,
        ("Every guest is welcome",),
    ),
    "a foreseen mistake": Wrong(
        serving(r'guest.sendall(b"HTTP/1.1 200 OK\r\n\r\nHELLO")'),
        Cause.WRONG_ANSWER,
        ("You shout: write hello in small letters.",),
        check="the_body_is_hello",
    ),
    "a thread that dies": Wrong(
        DOOR + "def greet(guest):\n    guest.recv(1000)\n    1 / 0\n"
        "while True:\n    threading.Thread(target=greet, args=(door.accept()[0],)).start()\n",
        Cause.CLOSED_EARLY,
        ("without sending a byte", "printed an error: server.py, line 5: ZeroDivisionError"),
    ),
    "a package that is not there": Wrong("import nosuchmodule\n", Cause.CRASHED, ("No module named 'nosuchmodule'",)),
}


@pytest.mark.parametrize("name", WRONG_ONES)
def test_a_wrong_program_is_told_what_it_does(name: str, tmp_path: Path) -> None:
    wrong = WRONG_ONES[name]
    files = {"socket__py": "name = 'mine'\n"} if "socket.py" in name else {}
    workspace = workspace_with(tmp_path, wrong.source, **files)
    plan = plan_for(workspace)
    if wrong.quick:
        labs = tuple(dataclasses.replace(lab, patience=0.8) for lab in plan.labs)
        plan = dataclasses.replace(plan, start_patience=1.5, labs=labs)
    verdict = grade(plan)
    found = problem(verdict)
    assert (found.outcome, found.cause) == (wrong.outcome, wrong.cause), found
    for words in wrong.words:
        assert words in found.message + found.hint, found
    assert found.name == wrong.check
    assert verdict.exit_code == 1
    everything = verdict.to_json()
    assert "stackwalk-check-" not in everything, "the copy's name shows"


def test_what_a_crash_shows_names_the_learners_own_file(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, "import socket\n1 / 0\n"))
    assert f'File "{tmp_path}/my stück/server.py", line 2' in found.output
    assert found.output.endswith("ZeroDivisionError: division by zero")


def test_a_failure_has_the_bytes_that_crossed(tmp_path: Path) -> None:
    found = problem(verdict_on(tmp_path, serving(r'guest.sendall(b"HTTP/1.1 500 Oh\n\n")')))
    sent = b"".join(piece.data for piece in found.transcript if piece.sender == "client")
    came = b"".join(piece.data for piece in found.transcript if piece.sender == "server")
    assert sent.startswith(b"GET /") and came == b"HTTP/1.1 500 Oh\n\n"
    assert found.actual.splitlines()[1].index("^") == found.actual.index("5")


def test_a_slow_start_is_said_and_passes(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, RIGHT_ONES["listens a second late"])
    assert verdict.passed
    assert "s until it listened" in verdict.findings[0].message


def test_a_later_step_waits_for_an_earlier_one(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, serving("pass"), "1.1", "1.2")
    assert [finding.outcome for finding in verdict.findings][-1] is Outcome.SKIPPED
    assert verdict.steps == ("1.1",)


def test_an_older_server_on_the_port_is_never_graded(tmp_path: Path) -> None:
    # Whoever holds 8080, right or wrong: the program's own port is another one.
    verdict = verdict_on(tmp_path, "import socket\n")
    assert problem(verdict).cause is Cause.EXITED


def test_nothing_of_the_learners_steers_pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only -k nothing")
    monkeypatch.chdir(tmp_path)
    files = {
        "conftest__py": "raise SystemExit(9)\n",
        "pytest__ini": "[pytest]\naddopts = --version\n",
        "check__py": "def test_nothing(): pass\n",
    }
    workspace = workspace_with(tmp_path, serving("pass"), **files)
    found = problem(grade(plan_for(workspace)))
    assert found.cause is Cause.CLOSED_EARLY


def test_the_seed_repeats_what_is_drawn(tmp_path: Path) -> None:
    first = problem(verdict_on(tmp_path, serving("pass")))
    (tmp_path / "again").mkdir()
    again = problem(verdict_on(tmp_path / "again", serving("pass")))
    assert first.transcript[0].data == again.transcript[0].data


def test_the_worst_program_has_its_verdict_in_time(tmp_path: Path) -> None:
    plan = plan_for(workspace_with(tmp_path, HEAD + "time.sleep(600)\n"))
    verdict = grade(dataclasses.replace(plan, start_patience=0.5, budget=1.0))
    assert [finding.cause for finding in verdict.findings] == [Cause.NOT_LISTENING, Cause.NOT_LISTENING]


def test_nothing_is_left_running_and_no_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    marker = f"left-{os.getpid()}-{tmp_path.name}"
    program = (
        HEAD
        + "import subprocess\nsubprocess.Popen(['python', '-c', 'import time; time.sleep(300)', "
        + f"'{marker}'], start_new_session=True)\n"
    )
    assert verdict_on(tmp_path, program + serving(GREET)).passed
    assert list(folder.iterdir()) == []
    psutil = pytest.importorskip("psutil")
    assert not [one for one in psutil.process_iter(["cmdline"]) if marker in (one.info["cmdline"] or [])]


def test_another_port_that_is_taken_is_still_another_port(tmp_path: Path) -> None:
    """As in an open lab: the learner's program has the wrong port, and the lab's own door the right one."""
    with socket.create_server(("127.0.0.1", 0)) as running, _held(8080):
        source = LAB_1_WRONG_PORT.format(port=running.getsockname()[1])
        found = problem(verdict_on(tmp_path, source))
    assert (found.cause, found.outcome) == (Cause.WRONG_ADDRESS, Outcome.FAILED)
    assert "clients come to port 8080" in found.message


@contextlib.contextmanager
def _held(port: int) -> Iterator[None]:
    """Somebody listens on a port: we, unless another one does."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            yield
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        yield
