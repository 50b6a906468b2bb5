"""Whatever a program forks, kills or stops, nothing of it outlives its block."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import PATIENT, Bench, bench, said, until

from stackwalk.stack import kin
from stackwalk.stack.launch import GuardianLost, Program
from stackwalk.stack.limits import Ending

START = "import os, signal, sys, time\nsignal.alarm(60)\n"
FIRST_STAYS = "\nprint('up'); time.sleep(60)"

ALONE = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.alarm(60)
        os.chdir("/")
        for number in (0, 1, 2): os.close(number)
        os.environ.clear()
        time.sleep(60)
    os._exit(0)
os.wait()
"""

FAMILIES = {
    "a child": "if os.fork() == 0: time.sleep(60)",
    "a daemon": ALONE,
    "a child in a session of its own": "if os.fork() == 0: os.setsid(); time.sleep(60)",
    "a child in a group of its own": "if os.fork() == 0: os.setpgid(0, 0); time.sleep(60)",
    "a child that ignores signals": (
        "if os.fork() == 0:\n"
        "    for number in set(signal.Signals) - {9, 14, 19}: signal.signal(number, signal.SIG_IGN)\n    time.sleep(60)"
    ),
    "a child that is stopped": "if os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP); time.sleep(60)",
    "a chain of five": "for _ in range(5):\n    if os.fork(): time.sleep(60)\n",
    "a child of a thread": (
        "import threading\ndef fork():\n    if os.fork() == 0: time.sleep(60)\n    time.sleep(60)\n"
        "threading.Thread(target=fork, daemon=True).start(); time.sleep(0.1)"
    ),
    "a child of another program": (
        "import subprocess; subprocess.Popen(['sh', '-c', 'sleep 61 & sleep 62', sys.argv[1]])"
    ),
    "a child without our environment": (
        "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', sys.argv[1]], "
        "env={}, start_new_session=True)"
    ),
    "a subreaper with orphans": ("import ctypes\nctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n" + ALONE),
    "a child that replaces itself all the time": (
        "if os.fork() == 0:\n    os.setsid()\n    for _ in range(200):\n        time.sleep(0.02)\n"
        "        if os.fork(): os._exit(0)\n"
    ),
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.mark.parametrize("family", FAMILIES)
def test_its_family_ends_with_it(here: Bench, family: str) -> None:
    program = here.begin(START + FAMILIES[family] + FIRST_STAYS)
    assert said(program, "up")
    program.end(0.2)
    assert here.left() == []


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "a chain of five"])  # its first one stays
def test_what_it_leaves_behind_ends_with_the_block(here: Bench, family: str) -> None:
    program = here.begin(START + FAMILIES[family] + "\nprint('up')")
    ending = program.wait(PATIENT)
    assert ending is not None
    assert (ending.code, ending.cause) == (0, None)
    assert ending.left_behind != ()
    program.end(0.2)
    assert here.left() == []


def test_what_is_left_behind_is_named(here: Bench) -> None:
    program = here.begin(START + ALONE + "open('pid', 'w')")
    ending = program.wait(PATIENT)
    assert ending is not None
    assert [line.partition(" ")[2].endswith(f"program.py {here.word}") for line in ending.left_behind] == [True]
    assert here.left() == list(ending.left_behind)


def test_children_that_end_soon_are_not_left_behind(here: Bench) -> None:
    program = here.begin("import os, time\nif os.fork() == 0: time.sleep(0.02); print('done')")
    ending = program.wait(PATIENT)
    assert ending is not None
    assert ending.left_behind == ()
    assert program.output.text() == "done\n"


def test_a_child_that_holds_the_output_open_does_not_hold_up_the_end(here: Bench) -> None:
    program = here.begin(START + "if os.fork() == 0:\n    while True: time.sleep(0.01); print('still here')\n")
    ending = program.wait(PATIENT)
    assert ending is not None
    assert len(ending.left_behind) == 1


def test_one_that_leaves_a_listening_child_is_seen_to_listen(here: Bench) -> None:
    program = here.begin(
        START + "import socket\ndoor = socket.create_server(('127.0.0.1', 0))\nif os.fork() == 0: time.sleep(60)\n"
    )
    ending = program.wait(PATIENT)
    assert ending is not None
    assert len(ending.left_behind) == 1
    assert [each.kind for each in program.listeners()] == ["tcp"]


MURDERS = {
    "its parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "its parent's group": "os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)",
    "its parent with TERM": "os.kill(os.getppid(), signal.SIGTERM); os.kill(os.getppid(), signal.SIGKILL)",
    "its parent, from a daemon": (
        "if os.fork() == 0:\n    os.setsid()\n    os.kill(PARENT, signal.SIGKILL)\n    time.sleep(60)"
    ),
    "its grandparent": (
        "stat = open(f'/proc/{os.getppid()}/stat').read(); above = int(stat.rpartition(')')[2].split()[1])\n"
        "os.kill(above, signal.SIGKILL)"
    ),
    "both": (
        "stat = open(f'/proc/{PARENT}/stat').read(); above = int(stat.rpartition(')')[2].split()[1])\n"
        "os.kill(above, signal.SIGKILL); os.kill(PARENT, signal.SIGKILL)"
    ),
    "both, stopped first": (
        "stat = open(f'/proc/{PARENT}/stat').read(); above = int(stat.rpartition(')')[2].split()[1])\n"
        "os.kill(PARENT, signal.SIGSTOP); os.kill(above, signal.SIGSTOP)\n"
        "os.kill(above, signal.SIGKILL); os.kill(PARENT, signal.SIGKILL)"
    ),
}


@pytest.mark.parametrize("victim", MURDERS)
def test_one_that_kills_what_started_it_is_ended_and_told(here: Bench, victim: str) -> None:
    program = here.begin(START + ALONE + "PARENT = os.getppid()\ntime.sleep(0.1)\n" + MURDERS[victim] + FIRST_STAYS)
    ending = until(program.poll)
    assert ending is not None
    assert ending.killed_starter
    assert until(lambda: here.left() == [])
    after = here.begin("print('the next one works')")
    assert after.wait(PATIENT) is not None
    assert after.output.text() == "the next one works\n"


def test_one_that_kills_the_guardian_at_once_is_told_as_such(here: Bench) -> None:
    source = START + MURDERS["its grandparent"] + FIRST_STAYS
    try:
        ending = until(here.begin(source).poll)
    except GuardianLost as lost:
        assert "ended the process that started it" in lost.what
    else:
        assert ending is not None
        assert ending.killed_starter
    assert until(lambda: here.left() == [])


@pytest.mark.parametrize("stopped", ["its parent", "the guardian"])
def test_one_that_stops_what_started_it_is_ended(here: Bench, stopped: str) -> None:
    stop = {
        "its parent": "os.kill(os.getppid(), signal.SIGSTOP)",
        "the guardian": MURDERS["its grandparent"].replace("SIGKILL", "SIGSTOP"),
    }[stopped]
    program = here.begin(START + ALONE + stop + FIRST_STAYS)
    assert said(program, "up")
    program.end(0.2)
    assert here.left() == []


@pytest.mark.parametrize("stopped", ["its parent", "the guardian"])
def test_the_end_of_one_that_stops_what_started_it_is_told(here: Bench, stopped: str) -> None:
    stop = {
        "its parent": "os.kill(os.getppid(), signal.SIGSTOP)",
        "the guardian": MURDERS["its grandparent"].replace("SIGKILL", "SIGSTOP"),
    }[stopped]
    program = here.begin(START + stop + "\nos._exit(3)")
    assert program.wait(PATIENT) == Ending(3, None)


def test_one_that_traces_its_parent_is_told_to_end_as_any_other(here: Bench) -> None:
    trace = "import ctypes\nctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)\nos._exit(3)"
    assert here.begin(START + trace).wait(PATIENT) == Ending(3, None)


def test_another_program_is_spared_by_one_that_kills_its_parent(here: Bench) -> None:
    other: Program = here.begin(START + FIRST_STAYS, name="other.py")
    assert said(other, "up")
    killer = here.begin(START + MURDERS["its parent's group"] + FIRST_STAYS)
    assert until(killer.poll)
    assert other.poll() is None
    assert len(here.left()) == 1


def test_the_guardian_killed_from_outside_takes_all_with_it(here: Bench) -> None:
    program = here.begin(START + ALONE + FIRST_STAYS)
    assert said(program, "up")
    foster = kin.look(program.pid)
    assert foster is not None
    above = kin.look(foster.parent)
    assert above is not None
    os.kill(above.parent, signal.SIGKILL)
    ending = until(program.poll)
    assert ending is not None
    assert ending.killed_starter
    assert here.left() == []


def test_a_zombie_is_not_left_behind(here: Bench) -> None:
    program = here.begin(START + "if os.fork() == 0: os._exit(0)\ntime.sleep(0.1)\nprint('up')")
    ending = program.wait(PATIENT)
    assert ending is not None
    assert ending.left_behind == ()
