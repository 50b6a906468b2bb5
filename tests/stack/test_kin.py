"""Who descends from whom, and that a signal reaches only whom it was meant for."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bench import until

from stackwalk.stack import kin

FAMILY = """
import os, signal, sys, time
signal.alarm(60)
for _ in range(3):
    if os.fork():
        time.sleep(60)
print("up", flush=True)
time.sleep(60)
"""


@contextmanager
def family() -> Iterator["subprocess.Popen[bytes]"]:
    """A parent, its child, grandchild and great-grandchild."""
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, start_new_session=True) as first:
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == b"up\n"
            yield first
        finally:
            os.killpg(first.pid, signal.SIGKILL)


def check_family(first: int) -> None:
    found = kin.tree(first)
    assert len(found) == 3
    assert [kin.children(pid) for pid in (first, *found)] == [[pid] for pid in found] + [[]]
    assert [parent for parent, _ in kin.offspring(first)] == [first, *found[:2]]


def test_descendants_are_found_parents_first() -> None:
    with family() as first:
        check_family(first.pid)


def test_they_are_found_on_a_kernel_without_the_children_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kin, "_HAS_CHILDREN_FILES", False)
    with family() as first:
        check_family(first.pid)


def test_a_look_says_who_and_since_when() -> None:
    own = kin.look(os.getpid())
    assert own is not None
    assert (own.pid, own.parent, own.group, own.dead) == (os.getpid(), os.getppid(), os.getpgrp(), False)
    with family() as first:
        other = kin.look(first.pid)
        assert other is not None
        assert other.parent == os.getpid()
        assert int(other.born) > int(own.born)


def test_one_that_has_ended_is_dead_until_it_is_reaped() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    seen = until(lambda: (look := kin.look(child)) is not None and look.dead)
    os.waitpid(child, 0)
    assert seen
    assert kin.look(child) is None
    assert kin.tree(child) == []
    assert kin.resident(child) == 0
    assert kin.command_line(child) == ""


def test_a_held_process_that_ended_is_not_mistaken_for_a_successor() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child,
        kin.Hold(child.pid) as held,
    ):
        assert held.look is not None
        child.communicate(b"\n")
        held.send(signal.SIGKILL)  # by its number alone this could hit another by now
    with kin.Hold(child.pid) as held:
        assert held.look is None
        held.send(0)


def test_a_held_process_gets_its_signal() -> None:
    with family() as first, kin.Hold(first.pid) as held:
        held.send(signal.SIGTERM)
        assert first.wait(30) == -signal.SIGTERM


def test_a_system_without_handles_goes_by_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kin, "_HAS_HANDLES", False)
    with family() as first, kin.Hold(first.pid) as held:
        assert held.look is not None
        held.send(signal.SIGTERM)
        assert first.wait(30) == -signal.SIGTERM


def test_memory_is_what_is_resident() -> None:
    source = "held = b'x' * (50 << 20); print('up', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        size = kin.resident(child.pid)
        child.communicate(b"\n")
    assert 50 << 20 < size < 120 << 20


def test_a_command_line_is_one_short_safe_line() -> None:
    words = ["\x1b[31mred", "two\nlines", "x" * 1000]
    with subprocess.Popen([sys.executable, "-c", "input()", *words], stdin=subprocess.PIPE) as child:
        assert until(lambda: kin.command_line(child.pid) != "")
        line = kin.command_line(child.pid)
        child.communicate(b"\n")
    assert line.isprintable()
    assert len(line) <= 160
    assert line.endswith("…")


def test_the_environment_of_a_process_can_be_read() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={"A": "b=c", "AB": ""}
    ) as child:
        assert until(lambda: kin.environment_value(child.pid, b"A") is not None)
        found = [kin.environment_value(child.pid, name) for name in (b"A", b"AB", b"B")]
        child.communicate(b"\n")
    assert found == [b"b=c", b"", None]


def test_all_tasks_of_the_machine_are_counted() -> None:
    count = kin.tasks_in_all()
    assert count is not None
    assert count >= 2


def test_the_newest_process_has_the_newest_number() -> None:
    before = kin.newest()
    child = os.fork()
    if child == 0:
        os._exit(0)
    after = kin.newest()
    os.waitpid(child, 0)
    assert before > 0
    assert after != before  # others may make processes meanwhile, and the numbers begin again at the largest
