"""The learner's programs in an open lab, for real: what they print and how they end becomes events."""

import os
import queue
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stackwalk.course.program import ProgramSpec
from stackwalk.session.programs import Prints, Programs
from stackwalk.session.session.events import (
    Event,
    NotStarted,
    Printed,
    ProgramEnded,
    ProgramListening,
    ProgramsGone,
)
from stackwalk.stack.launch import guarding

PATIENCE = 60.0  # seconds; the machine may be busy
SPEC = ProgramSpec("server", ("python", "server.py"), "server.py", 8080)
LISTEN = "import socket, time\nlistener = socket.create_server(('127.0.0.1', 8080))\ntime.sleep(100)\n"


class Stand:
    """Programs with the events that came of them."""

    def __init__(self, programs: Programs, folder: Path, events: "queue.Queue[Event]") -> None:
        self.programs = programs
        self._folder = folder
        self._events = events
        self._launches = 0

    def launch(self, text: str, moved: bool = True) -> None:
        (self._folder / "server.py").write_text(text, encoding="utf-8")
        self.launch_again(moved)

    def launch_again(self, moved: bool = True) -> None:
        self._launches += 1
        self.programs.launch(0, self._launches, moved)

    def until(self, kind: type[Event]) -> list[Event]:
        """Everything up to the first event of that kind, which is the last in the list."""
        seen: list[Event] = []
        while not seen or not isinstance(seen[-1], kind):
            seen.append(self._events.get(timeout=PATIENCE))
        return seen


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    events: queue.Queue[Event] = queue.Queue()
    with guarding() as guardian:
        programs = Programs(guardian, tmp_path, (SPEC,), events.put)
        try:
            yield Stand(programs, tmp_path, events)
        finally:
            programs.close()


def printed(events: list[Event]) -> list[str]:
    return [line for event in events if isinstance(event, Printed) for line in event.lines]


def test_a_program_that_listens_is_told_with_both_its_ports(stand: Stand) -> None:
    stand.launch(LISTEN)
    heard = stand.until(ProgramListening)[-1]
    assert isinstance(heard, ProgramListening)
    (port,) = heard.ports
    assert (port.typed, port.number != 8080) == (8080, True)
    with socket.create_connection((port.address, port.number), PATIENCE):
        stand.programs.end_all()
    seen = stand.until(ProgramsGone)
    assert not any(isinstance(event, ProgramEnded) for event in seen)  # who asked for the end is not told of it
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((port.address, port.number), PATIENCE)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("print('one')\nprint('two')\n", ["one", "two"]),
        ("print('one')\nprint('no end', end='')\n", ["one", "no end"]),
        ("print('one')\nraise ValueError('why')\n", ["one"]),
    ],
    ids=["whole lines", "a line without its end", "a traceback, told by itself"],
)
def test_what_a_program_printed_is_told_before_its_end(text: str, lines: list[str], stand: Stand) -> None:
    stand.launch(text)
    *before, end = stand.until(ProgramEnded)
    assert printed(before) == lines
    assert isinstance(end, ProgramEnded)
    assert ("ValueError: why" in end.traceback) == ("raise" in text)


def test_a_flood_is_thinned_and_what_is_left_out_is_counted(stand: Stand) -> None:
    stand.launch("for number in range(5000): print(number)\n")
    *before, _ = stand.until(ProgramEnded)
    lines = printed(before)
    assert lines[:3] == ["0", "1", "2"]
    assert len(lines) < 1000
    assert sum(event.dropped for event in before if isinstance(event, Printed)) > 0


def test_an_endless_print_does_not_push_all_else_away() -> None:
    told: list[tuple[tuple[str, ...], int]] = []
    now = 0.0
    prints = Prints(lambda lines, left_out: told.append((lines, left_out)), lambda: now)
    for _ in range(600):  # a minute
        prints.add(("again",) * 50)
        prints.tell()
        now += 0.1
    shown = sum(len(lines) for lines, _ in told)
    counts = [left_out for _, left_out in told if left_out]
    assert shown <= 70 and len(counts) <= 7
    now += 30.0  # it has paused: what comes now is shown
    prints.add(("well",))
    prints.tell(last=True)
    assert told[-1][0] == ("well",)
    assert sum(len(lines) + left_out for lines, left_out in told) == 600 * 50 + 1


def test_a_port_that_the_system_refused_is_told_as_it_was_typed(stand: Stand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stand.launch(f"import socket\nsocket.create_server(('127.0.0.1', {port}))\n")
        end = stand.until(ProgramEnded)[-1]
    assert isinstance(end, ProgramEnded)
    assert end.refused == (port,)


def test_a_process_that_is_left_behind_is_named_and_ended(stand: Stand) -> None:
    stand.launch("import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)\n")
    end = stand.until(ProgramEnded)[-1]
    assert isinstance(end, ProgramEnded)
    assert any("sleep 1000" in one for one in end.left_behind)


@pytest.mark.parametrize(
    ("make", "words"),
    [(Path.mkdir, "is a folder"), (lambda file: file.touch(0), "may not be read")],
    ids=["a folder", "unreadable"],
)
def test_what_cannot_be_run_is_two_sentences(
    make: Callable[[Path], None], words: str, stand: Stand, tmp_path: Path
) -> None:
    make(tmp_path / "server.py")
    if words == "may not be read" and os.access(tmp_path / "server.py", os.R_OK):
        pytest.skip("root may read every file")
    stand.launch_again()
    (told,) = stand.until(NotStarted)
    assert isinstance(told, NotStarted)
    assert words in told.what and told.try_this
