"""A program gets so much and no more, whatever it forks. Each hostile one here has a cap of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import PATIENT, Bench, bench, said, until

from stackwalk.stack import kin
from stackwalk.stack.limits import MIB, Limits

# At most this many forks in all, counted in memory that every child shares; and each child ends by itself.
CAPPED = """
import mmap, os, signal, struct, time
counter = mmap.mmap(-1, 8)
def fork():
    made = struct.unpack("q", counter[:])[0]
    if made >= 250:
        time.sleep(20)
        os._exit(0)
    counter[:] = struct.pack("q", made + 1)
    return os.fork()
signal.alarm(25)
"""

BOMBS = {
    "a plain one": "while True: fork()",
    "one that takes a session each": "while True:\n    if fork() == 0: os.setsid()",
    "one that takes a group each": "while True:\n    if fork() == 0: os.setpgid(0, 0)",
    "one whose parents end": "while True:\n    if fork() and fork(): os._exit(0)\n    os.setsid()",
    "one that ignores all signals": (
        "for number in set(signal.Signals) - {9, 19, 14}: signal.signal(number, signal.SIG_IGN)\nwhile True: fork()"
    ),
    "one that wakes its kin": "while True:\n    fork()\n    os.killpg(0, signal.SIGCONT)",
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.mark.parametrize("kind", BOMBS)
def test_a_fork_bomb_is_ended(here: Bench, kind: str) -> None:
    program = here.begin(CAPPED + BOMBS[kind], Limits(processes=32))
    ending = until(program.poll)
    assert ending is not None
    assert ending.cause == "too-many-processes"
    program.end()
    assert here.left() == []


def test_children_within_the_limit_are_let_be(here: Bench) -> None:
    program = here.begin(
        "import os, time\nfor _ in range(10):\n    if os.fork() == 0: time.sleep(0.3); os._exit(0)\n"
        "for _ in range(10): os.wait()\nprint('all')",
        Limits(processes=11),
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert (ending.code, ending.cause) == (0, None)


def test_one_that_eats_memory_is_ended(here: Bench) -> None:
    program = here.begin(
        "import time\nheld = []\nfor _ in range(60): held.append(b'x' * (10 << 20))\ntime.sleep(20)",
        Limits(memory=200 * MIB),
    )
    ending = until(program.poll)
    assert ending is not None
    assert (ending.cause, ending.signal) == ("too-much-memory", signal.SIGKILL)


def test_memory_is_counted_over_all_its_processes(here: Bench) -> None:
    program = here.begin(
        "import os, signal, time\nsignal.alarm(25)\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        os.setsid()\n        held = b'x' * (40 << 20)\n        time.sleep(20)\n        os._exit(0)\n"
        "time.sleep(20)",
        Limits(memory=200 * MIB),
    )
    ending = until(program.poll)
    assert ending is not None
    assert ending.cause == "too-much-memory"


def test_memory_that_forks_share_counts_once(here: Bench) -> None:
    program = here.begin(
        "import os, time\nheld = b'x' * (60 << 20)\nfor _ in range(6):\n"
        "    if os.fork() == 0: time.sleep(0.5); os._exit(0)\nfor _ in range(6): os.wait()\nprint('fine')",
        Limits(memory=200 * MIB),
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert (ending.code, ending.cause) == (0, None)


@pytest.mark.skipif(not kin.LINUX, reason="only Linux tells what processes share")
def test_one_that_has_ended_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "held = b'x' * (1 << 20); input()"], stdin=subprocess.PIPE) as process:
        assert until(lambda: kin.own_share(process.pid) > 1 << 20)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # not reaped yet: it still has its number
        assert kin.own_share(process.pid) == 0


def test_memory_that_was_only_asked_for_does_not_count(here: Bench) -> None:
    program = here.begin(
        "import mmap, time\nheld = mmap.mmap(-1, 4 << 30)\ntime.sleep(0.3)\nprint('fine')", Limits(memory=100 * MIB)
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert (ending.code, ending.cause) == (0, None)


def test_what_it_leaves_behind_stays_within_the_limits(here: Bench) -> None:
    program = here.begin(
        "import os, signal, sys, time\nif os.fork(): sys.exit()\nsignal.alarm(25)\nos.setsid()\ntime.sleep(1)\n"
        "held = []\nfor _ in range(40): held.append(b'x' * (10 << 20))\ntime.sleep(20)",
        Limits(memory=150 * MIB),
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert len(ending.left_behind) == 1
    assert until(lambda: here.left() == [], 15)


def test_one_that_spins_is_ended_by_its_cpu_time(here: Bench) -> None:
    program = here.begin("while True: pass", Limits(cpu_seconds=1))
    ending = program.wait(PATIENT)
    assert ending is not None
    assert ending.signal == signal.SIGXCPU


def test_one_that_spins_on_is_killed_a_second_later(here: Bench) -> None:
    program = here.begin(
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass", Limits(cpu_seconds=1)
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert ending.signal == signal.SIGKILL


def test_open_files_are_limited(here: Bench) -> None:
    program = here.begin("held = [open('program.py') for _ in range(100)]", Limits(open_files=50))
    ending = program.wait(PATIENT)
    assert ending is not None
    assert ending.code == 1
    assert "Too many open files" in program.output.text()


def test_a_program_may_ask_for_more_open_files(here: Bench) -> None:
    program = here.begin(
        "import resource as r\nprint(r.getrlimit(r.RLIMIT_NOFILE))\nr.setrlimit(r.RLIMIT_NOFILE, (70, 70))\n"
        "held = [open('program.py') for _ in range(55)]",
        Limits(open_files=50, most_open_files=70),
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert (ending.code, program.output.text()) == (0, "(50, 70)\n")


def test_a_file_grows_only_so_far(here: Bench) -> None:
    program = here.begin(
        "with open('big', 'wb') as file:\n    for _ in range(64): file.write(bytes(1 << 20))", Limits(file_size=8 * MIB)
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert ending.code == 1
    assert "File too large" in program.output.text()
    assert (here.folder / "big").stat().st_size == 8 * MIB


def test_a_printed_gigabyte_is_counted_and_not_kept(here: Bench) -> None:
    program = here.begin(
        "import os\npiece = b'0123456789abcde\\n' * 65536\nfor _ in range(1024):\n"
        "    rest = memoryview(piece)\n    while rest: rest = rest[os.write(1, rest):]\nprint('the end')"
    )
    ending = program.wait(2 * PATIENT)
    assert ending is not None
    assert ending.code == 0
    assert program.output.total == 1024 * MIB + 8
    text = program.output.text()
    assert len(text) < 200_000
    assert text.startswith("0123456789abcde\n")
    assert "bytes left out" in text
    assert text.endswith("0123456789abcde\nthe end\n")
    size = sum(each.stat().st_size for each in here.folder.rglob("*") if each.is_file())
    assert size < MIB  # nothing of it went to the disk


def test_one_that_prints_beyond_its_limit_is_ended(here: Bench) -> None:
    program = here.begin("while True: print('x' * 1000)", Limits(output=MIB))
    ending = until(program.poll)
    assert ending is not None
    assert ending.cause == "too-much-output"
    assert program.output.total < 64 * MIB


def test_children_that_print_beyond_the_limit_are_ended(here: Bench) -> None:
    program = here.begin(
        "import os, signal, time\nsignal.alarm(25)\nif os.fork() == 0:\n    os.setsid()\n"
        "    while True: print('x' * 1000)\ntime.sleep(20)",
        Limits(output=MIB),
    )
    ending = until(program.poll)
    assert ending is not None
    assert ending.cause == "too-much-output"


def test_a_flood_does_not_keep_another_program_from_being_launched(here: Bench) -> None:
    flood = here.begin("import signal\nsignal.alarm(25)\nwhile True: print('x' * 5000)")
    assert said(flood, "xxx")
    began = time.monotonic()
    other = here.begin("print('hello')", name="other.py")
    ending = other.wait(PATIENT)
    assert ending is not None
    assert ending.code == 0
    assert flood.poll() is None, f"the flood ended by itself after {time.monotonic() - began:.1f} s"
    flood.end()


def test_the_kernel_too_keeps_the_number_of_its_tasks_down(here: Bench) -> None:
    program = here.begin("import resource; print(*resource.getrlimit(resource.RLIMIT_NPROC))")
    program.wait(PATIENT)
    soft, hard = map(int, program.output.text().split())
    running = kin.tasks_in_all()
    assert running is not None
    assert running < soft <= hard
    assert soft < running + 10_000
