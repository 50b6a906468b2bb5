"""A program at its gate: it sees what was saved until it may go on, and nothing of the gate; else it is not used."""

import os
import select
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stackwalk.check.ahead import Ahead, launched_ahead
from stackwalk.check.copy import copy_workspace
from stackwalk.course.program import ProgramSpec
from stackwalk.stack.launch import Guardian, guarding
from stackwalk.stack.limits import Limits

SPEC = ProgramSpec("server", ("python", "server.py"), "server.py", 8080)
PATIENCE = 30.0  # seconds
LOOKS = 15  # a hundredth of a second apart, at a program that has come to rest
TELLING = """
import os, sys
import socket, threading as side
print("{word}", sorted(name for name in os.environ if name in ("STACKWALK_GATE", "STACKWALK_AHEAD")))
print(sys.path[0] == os.getcwd(), sys.argv, os.path.basename(socket.__file__))
listener = socket.socket()
listener.bind(("", 8080))
print(listener.getsockname()[1])
"""


@pytest.fixture
def guardian() -> Iterator[Guardian]:
    with guarding() as guardian:
        yield guardian


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "my-stack"
    folder.mkdir()
    (folder / "server.py").write_text(TELLING.format(word="before"))
    return folder


def waiting(guardian: Guardian, origin: Path, spec: ProgramSpec = SPEC) -> Ahead | None:
    run_dir = origin.parent / "run"
    run_dir.mkdir()
    return launched_ahead(guardian, spec, origin, origin.parent / "copy", run_dir, Limits())


def await_gate(program: str = "server.py") -> None:
    """Until the program has come to rest: it computes no more, and sleeps."""
    deadline = time.monotonic() + PATIENCE
    known, same = (0.0, 0.0), 0
    while same < LOOKS and time.monotonic() < deadline:
        select.select([], [], [], 0.01)
        found = [one for one in psutil.Process().children(recursive=True) if program in " ".join(command_of(one))]
        if len(found) != 1:
            continue
        spent = found[0].cpu_times()[:2]
        rests = found[0].status() == psutil.STATUS_SLEEPING and spent == known
        known, same = spent, same + 1 if rests else 0
    assert same == LOOKS, "it never came to its gate"


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_it_runs_what_was_saved_last_and_sees_no_gate(guardian: Guardian, origin: Path) -> None:
    ahead = waiting(guardian, origin)
    assert ahead is not None
    await_gate()
    (origin / "server.py").write_text(TELLING.format(word="after"))
    program = ahead.go(SPEC, copy_workspace(origin, origin.parent / "copy"))
    assert program is not None
    ending = program.wait(PATIENCE)
    assert ending is not None
    assert ending.code == 0
    assert program.output.text().split("\n")[:3] == ["after []", "True ['server.py'] socket.py", "8080"]


@pytest.mark.parametrize("name", ["socket.py", "lib/threading.py", "re/__init__.py"])
def test_a_file_that_could_stand_in_for_a_module_sends_it_home(guardian: Guardian, origin: Path, name: str) -> None:
    ahead = waiting(guardian, origin)
    assert ahead is not None
    await_gate()
    (origin / name).parent.mkdir(exist_ok=True)
    (origin / name).write_text("raise SystemExit('mine')\n")
    assert ahead.go(SPEC, copy_workspace(origin, origin.parent / "copy")) is None


def test_another_python_sends_it_home(guardian: Guardian, origin: Path) -> None:
    ahead = waiting(guardian, origin)
    assert ahead is not None
    await_gate()
    (origin / ".venv" / "bin").mkdir(parents=True)
    assert ahead.go(SPEC, copy_workspace(origin, origin.parent / "copy")) is None


def test_another_program_sends_it_home(guardian: Guardian, origin: Path) -> None:
    ahead = waiting(guardian, origin)
    assert ahead is not None
    await_gate()
    other = ProgramSpec("flask", ("flask", "run"), "service.py", 5000)
    assert ahead.go(other, copy_workspace(origin, origin.parent / "copy")) is None


def test_a_port_that_was_taken_meanwhile_sends_it_home(
    guardian: Guardian, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        monkeypatch.setattr("stackwalk.check.ahead.free_port", lambda: holder.getsockname()[1])
        ahead = waiting(guardian, origin)
        assert ahead is not None
        await_gate()
        assert ahead.go(SPEC, copy_workspace(origin, origin.parent / "copy")) is None


@pytest.mark.parametrize(
    "run", [("sh", "server.py"), ("python", "-I", "server.py"), ("python",), ("no-such-command", "server.py")]
)
def test_what_would_not_wait_is_not_launched(guardian: Guardian, origin: Path, run: tuple[str, ...]) -> None:
    (origin / "server.py").write_text("touch ran\n")
    assert waiting(guardian, origin, ProgramSpec("server", run, "server.py", 8080)) is None


def test_a_script_of_this_python_waits(guardian: Guardian, origin: Path) -> None:
    assert shutil.which("flask", path=str(Path(sys.executable).parent)) is not None
    spec = ProgramSpec("flask", ("flask", "--app", "service", "run"), "service.py", 5000)
    ahead = waiting(guardian, origin, spec)
    assert ahead is not None
    await_gate("flask")
    program = ahead.go(spec, copy_workspace(origin, origin.parent / "copy"))
    assert program is not None
    assert program.poll() is None


def test_a_pipe_in_place_of_the_program_is_not_read(guardian: Guardian, origin: Path) -> None:
    (origin / "server.py").unlink()
    os.mkfifo(origin / "server.py")
    assert waiting(guardian, origin) is not None


FLASK = ProgramSpec("flask", ("flask", "--app", "service", "run"), "service.py", 5000, needs=("flask",))
SERVICE = """import os
from flask import Flask
application = Flask(__name__)
print("begun in", os.path.basename(os.getcwd()), flush=True)
"""


def test_what_a_lab_says_that_a_program_runs_on_is_there_before_its_first_line(
    guardian: Guardian, origin: Path
) -> None:
    ahead = waiting(guardian, origin, FLASK)
    assert ahead is not None
    await_gate("service")
    (at_gate,) = [one for one in psutil.Process().children(recursive=True) if "service" in " ".join(command_of(one))]
    assert any("/markupsafe/" in one.path for one in at_gate.memory_maps())  # compiled, and imported by Flask
    (origin / "service.py").write_text(SERVICE)
    program = ahead.go(FLASK, copy_workspace(origin, origin.parent / "copy"))
    assert program is not None
    deadline = time.monotonic() + PATIENCE
    while not program.listeners() and time.monotonic() < deadline:
        program.wait(0.01)
    assert [one.typed for one in program.listeners()] == [5000]
    assert "begun in copy" in program.output.text()


@pytest.mark.parametrize("name", ["flask.py", "werkzeug/__init__.py", "click.py"])
def test_a_file_that_could_stand_in_for_a_package_sends_it_home(guardian: Guardian, origin: Path, name: str) -> None:
    ahead = waiting(guardian, origin, FLASK)
    assert ahead is not None
    await_gate("service")
    (origin / name).parent.mkdir(exist_ok=True)
    (origin / name).write_text("raise SystemExit('mine')\n")
    assert ahead.go(FLASK, copy_workspace(origin, origin.parent / "copy")) is None
