"""The demo as a whole: a process, real traffic, real checks, and nothing left behind."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stackwalk.course.folders import find_course
from stackwalk.stack.environment import free_port

DEADLINE = 60.0  # seconds; the machine may be busy
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from stackwalk.course.reading import read_course
from stackwalk.screen.console import make_console
from stackwalk.session.demo import play
course = read_course(Path(sys.argv[1]))
port, number, most = (int(word) for word in sys.argv[2:])
lab = course.lab(number)
lab = replace(lab, steps=lab.steps[:most])
sys.exit(play(course, lab, all_steps=False, console=make_console(), fast=True, port=port))
"""
STEP = """+++
title = "You are the server"
kind = "core"
live = true
minutes = 3
essence = "Somebody asks, you answer."
send = ["curl http://localhost:8080/"]
+++
Type it.
"""


class Demo:
    """A demo under way; everything that it makes lies in a temporary folder of its own."""

    def __init__(self, course: Path, port: int, folder: Path, lab: int = 1, most: int = 99) -> None:
        """`most`: so many of the lab's steps are there."""
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(course), str(port), str(lab), str(most)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": str(self.temporary), "COLUMNS": "80"},
            cwd=folder,
        )

    def output_until(self, words: str) -> str:
        assert self.process.stdout is not None
        seen = ""
        for line in self.process.stdout:
            seen += line.decode()
            if words in seen:
                return seen
        raise AssertionError(f"{words!r} never came: {seen}")

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, output.decode()

    def left(self) -> list[str]:
        """What is still there of it, once it has had the time to go: files, and processes that name its folder."""
        deadline = time.monotonic() + DEADLINE
        while (left := self._left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def _left(self) -> list[str]:
        found = [str(file) for file in self.temporary.iterdir() if file.name != f"stackwalk-{os.getuid()}"]
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("TMPDIR") == str(self.temporary):
                    found.append(f"{process.pid} {' '.join(process.cmdline())}")
        return found


@pytest.fixture
def live_course(tmp_path: Path) -> Path:
    """A course whose one step is live."""
    step = tmp_path / "course" / "labs" / "1-tiny" / "0-by-hand"
    step.mkdir(parents=True)
    (step / "step.md").write_text(STEP, encoding="utf-8")
    (step / "hints.md").write_text("one\n---\ntwo\n---\nthree\n", encoding="utf-8")
    (step.parent / "why.md").write_text("Why not.\n", encoding="utf-8")
    (step.parent / "lab.toml").write_text(
        'format = 1\ntitle = "Tiny"\nquestion = "What?"\n\n'
        '[[program]]\nname = "server"\nrun = ["python", "server.py"]\nfile = "server.py"\nport = 8080\n',
        encoding="utf-8",
    )
    return tmp_path / "course"


@pytest.fixture
def copied_course(tmp_path: Path) -> Path:
    root = find_course()
    for name in ("labs", "solutions"):
        shutil.copytree(root / name, tmp_path / "course" / name)
    return tmp_path / "course"


def solution(course: Path, step: str) -> Path:
    (folder,) = (course / "solutions" / "1-sockets").glob(f"{step}-*")
    return folder / "server.py"


def test_lab_1_plays_itself_to_the_end_and_leaves_nothing(tmp_path: Path) -> None:
    port = free_port()
    demo = Demo(find_course(), port, tmp_path)
    status, output = demo.end()
    assert status == 0, output
    places = [output.index(f"\n{step} ") for step in ("1.0", "1.1", "1.2", "1.3")]
    assert places == sorted(places)
    assert f"$ curl -v http://localhost:{port}/\n" in output
    assert "first line: HTTP/1.1 200 OK\n< HTTP/1.1 200 OK\\r\\n\n" in output
    assert "  + listener.listen()\n" in output
    assert "  +     client.sendall(" in output
    assert "server | /no-such-page\n" in output
    for step in ("1.1", "1.2", "1.3"):
        assert f"✔ {step} passed:" in output
    assert "all passed. Nothing was made up." in output
    assert output.endswith("stackwalk lab 1\n")
    assert "\x1b" not in output
    assert "__pycache__" not in output  # pip compiles the course where it is installed
    assert demo.left() == []
    assert not (tmp_path / "my-stack").exists()


@pytest.mark.parametrize(
    ("lab", "said"),
    [
        (2, ("$ flask --app service run\n", "✔ 2.1 passed:", "✔ 2.2 passed:")),
        (3, ("✔ 3.1 passed:", "✔ 3.2 passed:")),
        (4, ("$ nginx\n", "  asked behind it: application\n", "✔ 4.1 passed:", "  + log_format ", "✔ 4.2 passed:")),
    ],
)
def test_the_labs_after_it_begin_with_what_was_made_before(lab: int, said: tuple[str, ...], tmp_path: Path) -> None:
    demo = Demo(find_course(), free_port(), tmp_path, lab, most=2)
    status, output = demo.end()
    assert status == 0, output
    assert "Here already, from the labs before: " in output
    for words in said:
        assert words in output
    assert "all passed. Nothing was made up." in output
    assert demo.left() == []


def test_what_was_typed_by_hand_is_what_crossed_the_tap(live_course: Path, tmp_path: Path) -> None:
    status, output = Demo(live_course, free_port(), tmp_path).end()
    assert status == 0, output
    assert "> GET / HTTP/1.1\\r\\n\n> Host: localhost:" in output
    assert "GET     /                         200                            11 B" in output
    assert "That was real traffic." in output


def test_what_pip_compiled_of_a_course_is_not_typed(copied_course: Path, tmp_path: Path) -> None:
    cache = solution(copied_course, "1").parent / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "server.cpython-311.pyc").write_bytes(b"\xa7\r\r\n\x00")
    status, output = Demo(copied_course, free_port(), tmp_path).end()
    assert (status, "pycache" in output, "✔ 1.1 passed:" in output) == (0, False, True)


def test_a_door_that_is_taken_is_exchanged_and_it_is_said_by_whom(live_course: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        status, output = Demo(live_course, port, tmp_path).end()
    assert status == 0, output
    assert f"Port {port} is taken:" in output
    assert str(os.getpid()) in output.partition("The demo takes port")[0]
    assert f"curl http://localhost:{port}/" not in output


def test_a_solution_that_falls_short_is_never_shown_as_passed(copied_course: Path, tmp_path: Path) -> None:
    file = solution(copied_course, "2")
    file.write_text(file.read_text(encoding="utf-8").replace("Hi there!", "Good bye!"), encoding="utf-8")
    demo = Demo(copied_course, free_port(), tmp_path)
    status, output = demo.end()
    assert status == 1
    assert "✔ 1.1 passed" in output
    assert "✘ 1.2: not yet." in output
    assert "1.2 should have passed." in output
    assert "\n1.3 " not in output
    assert demo.left() == []


def test_a_solution_that_crashes_ends_the_demo_with_its_words(copied_course: Path, tmp_path: Path) -> None:
    solution(copied_course, "1").write_text("raise RuntimeError('not today')\n", encoding="utf-8")
    status, output = Demo(copied_course, free_port(), tmp_path).end()
    assert status == 1
    assert "The program ended before it listened" in output
    assert "RuntimeError: not today" in output


@pytest.mark.parametrize("moment", ["1.0 ", "first line:", "+ listener.listen", "listening on port", "1.1 passed"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_at_any_moment_and_leaves_nothing(
    moment: str, number: signal.Signals, tmp_path: Path
) -> None:
    demo = Demo(find_course(), free_port(), tmp_path)
    demo.output_until(moment)
    demo.process.send_signal(number)
    demo.process.send_signal(number)
    status, output = demo.end()
    assert status == (0 if number == signal.SIGINT else 128 + number), output
    assert "The demo was stopped, and nothing of it is left." in output
    assert "Traceback" not in output
    assert demo.left() == []


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    demo = Demo(find_course(), free_port(), tmp_path)
    assert demo.process.stdout is not None
    demo.process.stdout.readline()
    demo.process.stdout.close()
    assert demo.process.wait(DEADLINE) == 0
    assert demo.left() == []
