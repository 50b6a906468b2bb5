"""Where a program's Python stands: who is asked, who answers, and that nobody comes to harm of it."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, until
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.stack import kin
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import Program, guarding
from stackwalk.stack.standing import Standing, asked_in, read_standing

pytestmark = pytest.mark.skipif(not kin.LINUX, reason="no process can be asked but on Linux")


class Asked(Bench):
    def start(self, source: str, ready: str = "ready", command: tuple[str, ...] = ()) -> Program:
        (self.folder / "program.py").write_text(source)
        (self.folder / "run").mkdir(exist_ok=True)
        environment = learner_environment(self.folder, self.folder / "run", {}) | asked_in(self.folder / "run")
        argv = command or (sys.executable, "program.py")
        program = self.guardian.launch([*argv, self.word], cwd=self.folder, environment=environment)
        assert until(lambda: ready in program.output.text()), program.output.text()
        return program


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    with guarding() as guardian:
        yield Asked(tmp_path, guardian)


def lines(told: tuple[Standing, ...], folder: Path) -> list[int]:
    """The innermost lines of the program in each of its threads."""
    own = str(folder / "program.py")
    threads = [thread for one in told for thread in one.threads]
    return sorted(next((frame.line for frame in thread if frame.file == own), 0) for thread in threads)


WAITS = {
    "a socket": 'import socket\na = socket.create_server(("127.0.0.1", 0))\nprint("ready")\na.accept()\n',
    "a sleep": 'import time\n\nprint("ready")\ntime.sleep(600)\n',
    "a lock": 'import threading\nlock = threading.Event()\nprint("ready")\nlock.wait()\n',
    "its input": 'import os\nreading, _ = os.pipe()\nprint("ready")\nos.read(reading, 1)\n',
}


@pytest.mark.parametrize("what", WAITS)
def test_one_that_waits_tells_its_line_and_waits_on(what: str, asked: Asked) -> None:
    program = asked.start(WAITS[what])
    assert until(lambda: 4 in lines(program.standings(), asked.folder))
    told = program.standings()
    assert lines(told, asked.folder) == [4]
    assert not told[0].busy
    assert program.poll() is None
    assert program.output.text().strip() == "ready"  # nothing is printed of it


def test_one_that_computes_tells_where(asked: Asked) -> None:
    program = asked.start('print("ready")\nwhile True:\n    pass\n')
    assert until(lambda: lines(tuple(one for one in program.standings() if one.busy), asked.folder) in ([2], [3]))


def test_each_thread_and_each_process_tells(asked: Asked) -> None:
    program = asked.start(
        "import os, threading, time\n"
        "def one():\n    time.sleep(600)\n"
        "threading.Thread(target=one, daemon=True).start()\n"
        'if os.fork() == 0:\n    print("ready")\n    time.sleep(601)\n'
        "time.sleep(602)\n"
    )
    assert until(lambda: lines(program.standings(), asked.folder) == [3, 7, 8])


def test_a_name_that_is_no_ascii(asked: Asked, tmp_path: Path) -> None:
    asked.folder = tmp_path / "mein Stück 日"
    asked.folder.mkdir()
    program = asked.start(WAITS["a sleep"])
    assert until(lambda: lines(program.standings(), asked.folder) == [4])


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ('import os, time\nos.closerange(3, 1024)\nprint("ready")\ntime.sleep(600)\n', ()),
        # The number of the file is something else's by now.
        (
            'import os, time\nos.dup2(os.open("other", os.O_WRONLY | os.O_CREAT), 987)\nprint("ready")\n'
            "time.sleep(600)\n",
            (),
        ),
        ('import time\nprint("ready", flush=True)\ntime.sleep(600)\n', (sys.executable, "-I", "program.py")),
        ("", ("sh", "-c", "echo ready; sleep 600; exit 0 #")),
        (
            f"import signal, time\nsignal.signal({int(getattr(signal, 'SIGRTMAX', 1)) - 1}, signal.SIG_IGN)\n"
            'print("ready")\ntime.sleep(600)\n',
            (),
        ),
    ],
    ids=["closed", "another file", "without the probe", "no Python", "ignored"],
)
def test_who_can_not_answer_is_not_asked_and_lives_on(source: str, command: tuple[str, ...], asked: Asked) -> None:
    program = asked.start(source, command=command)
    assert program.standings() == ()
    assert program.poll() is None
    other = asked.folder / "other"
    assert not other.exists() or other.read_bytes() == b""


def test_one_that_is_stopped_is_not_waited_for_long(asked: Asked) -> None:
    program = asked.start(WAITS["a sleep"])
    os.kill(program.pid, signal.SIGSTOP)
    assert program.standings() == ()


def test_without_being_told_so_nobody_asks(asked: Asked) -> None:
    program = asked.begin('print("ready")\nimport time\ntime.sleep(600)\n')
    assert until(lambda: "ready" in program.output.text())
    assert program.standings() == ()


@given(st.text(max_size=300), st.booleans())
def test_whatever_stands_in_the_file_is_read(text: str, busy: bool) -> None:
    frame = 'Current thread 0x00 (most recent call first):\n  File "a\\xe4.py", line 3 in x\n'
    assert read_standing(text, busy=busy).busy is busy
    assert read_standing(f"{frame}{text}", busy=busy).threads[0][0].file == "aä.py"
