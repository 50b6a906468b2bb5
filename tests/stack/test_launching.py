"""A program is started as asked, and how it ends is told truly."""

import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import PATIENT, Bench, bench, said, until

from stackwalk.errors import StackwalkError
from stackwalk.stack.environment import free_port, learner_environment
from stackwalk.stack.launch import Program
from stackwalk.stack.limits import Ending


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("source", "code", "number"),
    [
        ("pass", 0, None),
        ("raise SystemExit(3)", 3, None),
        ("raise SystemExit('no')", 1, None),
        ("1 / 0", 1, None),
        ("import os; os._exit(7)", 7, None),
        ("import os; os.abort()", None, signal.SIGABRT),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", None, signal.SIGSEGV),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", None, signal.SIGKILL),
        ("def", 1, None),
    ],
)
def test_an_end_is_told_as_code_or_signal(here: Bench, source: str, code: int | None, number: int | None) -> None:
    program = here.begin(source)
    assert program.wait(PATIENT) == Ending(code, number)
    assert program.end() == Ending(code, number)


def test_what_was_printed_is_complete_when_the_end_is_told(here: Bench) -> None:
    for _ in range(10):
        program = here.begin("print('x' * 50000); print('the last line')")
        assert program.wait(PATIENT) == Ending(0, None)
        assert program.output.text() == "x" * 50000 + "\nthe last line\n"
        program.end()


def test_a_watcher_has_all_that_was_printed_when_the_end_is_told(here: Bench) -> None:
    program = here.begin("print('at once'); print('no end', end='')")
    seen: list[str] = []
    program.output.watch(seen.extend)
    assert program.wait(PATIENT) == Ending(0, None)
    assert seen == ["at once", "no end"]


def test_a_program_that_runs_has_no_ending_yet(here: Bench) -> None:
    program = here.begin("import time; print('up'); time.sleep(600)")
    assert said(program, "up")
    assert program.poll() is None
    assert program.wait(0.01) is None
    assert program.end() == Ending(None, signal.SIGTERM)
    assert program.poll() == Ending(None, signal.SIGTERM)


def test_the_bell_can_be_read_once_it_has_ended(here: Bench) -> None:
    program = here.begin("input()\n")  # nothing to read: it ends by itself
    assert select.select([program.fileno()], [], [], PATIENT)[0]
    assert program.poll() == Ending(1, None)
    assert "EOFError" in program.output.text()


def test_the_end_of_a_block_ends_the_program(here: Bench) -> None:
    with here.begin("import time; time.sleep(600)") as program:
        assert len(here.left()) == 1
    assert here.left() == []
    assert program.poll() is not None


def test_one_that_handles_sigterm_is_given_its_time(here: Bench) -> None:
    program = here.begin(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('farewell'), sys.exit(5)))\n"
        "print('up'); time.sleep(600)"
    )
    assert said(program, "up")
    assert program.end(PATIENT) == Ending(5, None)
    assert program.output.text() == "up\nfarewell\n"


def test_one_that_ignores_sigterm_is_killed(here: Bench) -> None:
    program = here.begin(
        "import signal, time\nfor number in set(signal.Signals) - {9, 19}: signal.signal(number, signal.SIG_IGN)\n"
        "print('up'); time.sleep(600)"
    )
    assert said(program, "up")
    assert program.end(0.1) == Ending(None, signal.SIGKILL)


def test_one_that_stopped_itself_is_ended(here: Bench) -> None:
    program = here.begin("import os, signal; print('up'); os.kill(os.getpid(), signal.SIGSTOP)")
    assert said(program, "up")
    assert program.end(0.1).signal in (signal.SIGKILL, signal.SIGTERM)


def test_it_gets_its_folder_its_words_and_an_empty_stdin(here: Bench) -> None:
    folder = here.folder / "ein Wörkspace"
    folder.mkdir()
    source = "import os, sys; print(os.getcwd()); print(sys.argv[1:]); print(repr(sys.stdin.read()))"
    program = here.guardian.launch(
        [sys.executable, "-c", source, "zwölf", "", "a b"],
        cwd=folder,
        environment=learner_environment(folder, here.folder / "run", {}),
    )
    assert program.wait(PATIENT) == Ending(0, None)
    assert program.output.text() == f"{folder}\n['zwölf', '', 'a b']\n''\n"
    program.end()


def test_it_gets_no_file_and_no_terminal_of_ours(here: Bench) -> None:
    program = here.begin(
        "import os\n"
        "print([number for number in range(200) if os.path.exists(f'/proc/self/fd/{number}')])\n"
        "print(os.getsid(0) == os.getpid())\n"
    )
    assert program.wait(PATIENT) == Ending(0, None)
    assert program.output.text() == "[0, 1, 2]\nTrue\n"


def test_it_gets_every_signal_as_from_a_shell(here: Bench) -> None:
    program = here.guardian.launch(
        ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"], cwd=here.folder, environment={"PATH": os.defpath}
    )
    assert program.wait(PATIENT) == Ending(0, None)
    masks = [int(line.split()[1], 16) for line in program.output.text().splitlines()]
    assert [mask & 0x7FFFFFFF for mask in masks] == [0, 0]  # above it are those of the C library itself


@pytest.mark.parametrize(
    ("command", "folder", "words"),
    [
        (["no-such-command"], ".", "There is no command 'no-such-command'"),
        (["./no-rights"], ".", "Permission denied"),
        (["./no-such-interpreter"], ".", "the first line of the file"),
        (["true"], "missing", "can't be entered: No such file"),
        (["true"], "no-rights", "can't be entered: Not a directory"),
    ],
)
def test_what_can_not_be_started_says_why(here: Bench, command: list[str], folder: str, words: str) -> None:
    (here.folder / "no-rights").write_text("#!/bin/sh\n")
    (here.folder / "no-such-interpreter").write_text("#!/nowhere/at/all\n")
    (here.folder / "no-such-interpreter").chmod(0o755)
    environment = learner_environment(here.folder, here.folder / "run", {})
    with pytest.raises(StackwalkError) as caught:
        here.guardian.launch(command, cwd=here.folder / folder, environment=environment)
    assert words in caught.value.what + caught.value.try_this
    program = here.begin("pass")  # and the guardian works on
    assert program.wait(PATIENT) == Ending(0, None)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("door.bind(('', 8080))", "OSError: [Errno 98] Address already in use"),
        ("door.bind('', 8080)", "TypeError: socket.bind() takes exactly one argument (2 given)"),
        ("door.bind(8080)", "TypeError: bind(): AF_INET address must be tuple, not int"),
    ],
)
def test_the_traceback_of_a_failing_bind_is_the_learners_own(here: Bench, line: str, error: str) -> None:
    source = f"import socket\nfirst = socket.create_server(('', 8080))\ndoor = socket.socket()\n{line}\n"
    program = here.begin(source, moved={8080: free_port()})
    seen: list[str] = []
    program.output.watch(seen.extend)
    assert program.wait(PATIENT) == Ending(1, None)
    shown = program.output.text().splitlines()
    assert shown[:3] == [
        "Traceback (most recent call last):",
        f'  File "{here.folder}/program.py", line 4, in <module>',
        f"    {line}",
    ]
    assert shown[-1] in (error, error.replace("socket.bind", "_socket.socket.bind"))  # as Python's version words it
    assert [each for each in shown if "File" in each] == shown[1:2]
    assert seen == shown


def test_many_can_be_launched_from_many_threads(here: Bench) -> None:
    endings: list[Ending | None] = []
    (here.folder / "program.py").write_text("import sys; print(sys.argv[1]); sys.exit(int(sys.argv[1]))")

    def launch(number: int) -> None:
        program = here.guardian.launch(
            [sys.executable, "program.py", str(number), here.word],
            cwd=here.folder,
            environment=learner_environment(here.folder, here.folder / "run", {}),
        )
        ending = program.wait(PATIENT)
        endings.append(ending)
        assert program.output.text() == f"{number}\n"
        program.end()

    threads = [threading.Thread(target=launch, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ending.code for ending in endings if ending and ending.code is not None) == list(range(20))


def test_launching_and_ending_keeps_no_file_open(tmp_path: Path) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = opened()
    with bench(tmp_path) as here:
        first = here.begin("pass")
        first.wait(PATIENT)
        first.end()
        during = opened()
        for _ in range(10):
            with here.begin("import time; time.sleep(600)"):
                pass
        assert opened() == during
    assert opened() == before


def test_a_fork_of_stackwalk_ends_nothing(here: Bench) -> None:
    program = here.begin("import time; print('up'); time.sleep(600)")
    assert said(program, "up")
    child = os.fork()
    if child == 0:
        here.guardian.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert program.poll() is None
    assert len(here.left()) == 1


def test_a_closed_guardian_takes_no_more(tmp_path: Path) -> None:
    with bench(tmp_path) as here:
        running: Program = here.begin("import time; time.sleep(600)")
    assert running.poll() is not None
    assert until(lambda: here.left() == [])
