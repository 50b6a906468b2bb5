"""What an earlier stackwalk left, and only that, is ended by the next one's sweep."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bench import alive, until

from stackwalk.stack import kin, sweeping

SLEEPER = "import signal, time\nsignal.alarm(60)\nprint('up', flush=True)\ntime.sleep(60)"
CLIENT = """
import sys, time
from pathlib import Path
from stackwalk.stack.environment import learner_environment
from stackwalk.stack import sweeping
from stackwalk.stack.launch import guarding
folder, word = Path(sys.argv[1]), sys.argv[2]
sweeping.namespace = lambda: sys.argv[3]
with guarding() as guardian:
    program = guardian.launch(
        [sys.executable, "program.py", word], cwd=folder, environment=learner_environment(folder, folder, {})
    )
    time.sleep(60)
"""
DAEMON = """
import os, signal, time
signal.alarm(60)
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    open("up", "w").close()
time.sleep(60)
"""


class Sleepers:
    """Processes that carry a marker, as if a stackwalk had started them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def add(self, marker: str) -> "subprocess.Popen[bytes]":
        process = self._stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", SLEEPER],
                env={sweeping.NAME: marker},
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        )
        self._stack.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process


@pytest.fixture
def sleepers() -> Iterator[Sleepers]:
    with ExitStack() as stack:
        yield Sleepers(stack)


@pytest.fixture(autouse=True)
def namespace(monkeypatch: pytest.MonkeyPatch) -> str:
    """A pid namespace of the test's own, as it were: what sweeps beside it leaves its processes alone."""
    name = str(secrets.randbits(40))
    monkeypatch.setattr(sweeping, "namespace", lambda: name)
    return name


def dead_owner() -> str:
    """A marker whose owner has ended."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    until(lambda: (look := kin.look(child)) is not None and look.dead)
    look = kin.look(child)
    os.waitpid(child, 0)
    assert look is not None
    return f"{child}:{look.born}:{sweeping.new_marker().split(':', 2)[2]}"


def test_what_a_dead_stackwalk_left_is_ended_and_named(sleepers: Sleepers) -> None:
    process = sleepers.add(dead_owner())
    found = sweeping.sweep()
    assert process.wait(10) == -signal.SIGKILL
    assert [line for line in found if line.startswith(f"{process.pid} {sys.executable}")] != []


def test_what_a_living_stackwalk_has_is_let_be(sleepers: Sleepers) -> None:
    process = sleepers.add(sweeping.new_marker())
    assert not [line for line in sweeping.sweep() if line.startswith(f"{process.pid} ")]
    assert process.poll() is None


def test_an_owner_is_not_taken_for_a_later_process_of_its_number(sleepers: Sleepers) -> None:
    own, _, rest = sweeping.new_marker().partition(":")
    process = sleepers.add(f"{own}:1{rest}")  # our number, born at another time
    sweeping.sweep()
    assert process.wait(10) == -signal.SIGKILL


def test_what_a_container_runs_is_let_be(sleepers: Sleepers) -> None:
    owner, born, _, word = dead_owner().split(":")
    process = sleepers.add(f"{owner}:{born}:4026539999:{word}")
    assert not [line for line in sweeping.sweep() if line.startswith(f"{process.pid} ")]
    assert process.poll() is None


@pytest.mark.parametrize("marker", ["", "nonsense", ":::", "12", "x:y:z:w", "9" * 50])
def test_a_marker_that_is_none_of_ours_is_let_be(sleepers: Sleepers, marker: str) -> None:
    process = sleepers.add(marker)
    sweeping.sweep()
    assert process.poll() is None


def test_a_marked_process_is_ended_with_its_children(sleepers: Sleepers) -> None:
    marker = dead_owner()
    processes = [sleepers.add(marker) for _ in range(3)]
    bystander = sleepers.add(sweeping.new_marker())
    sweeping.sweep_marked(marker)
    assert [process.wait(10) for process in processes] == [-signal.SIGKILL] * 3
    assert bystander.poll() is None


def test_what_lost_stackwalk_its_guardian_and_its_foster_at_once_is_swept(tmp_path: Path, namespace: str) -> None:
    word = "word-" + secrets.token_hex(8)
    (tmp_path / "program.py").write_text(DAEMON)
    command = [sys.executable, "-c", CLIENT, str(tmp_path), word, namespace]
    with subprocess.Popen(command, start_new_session=True) as client:
        assert until((tmp_path / "up").exists)
        above = kin.tree(client.pid)[:2]  # the guardian and the foster
        for pid in (client.pid, *above):
            os.kill(pid, signal.SIGSTOP)
        for pid in (*reversed(above), client.pid):  # a stopped foster is woken when its guardian dies
            os.kill(pid, signal.SIGKILL)
    assert until(lambda: len(alive(word)) == 1)  # the daemon; the program itself dies with its foster
    # Beside it other tests kill stackwalks: what those left may be swept here as well.
    assert [line for line in sweeping.sweep() if word in line] != []
    assert alive(word) == []
