"""Counting oddities: programs that die, hang, or never begin."""

import time
from pathlib import Path

import pytest

from stackwalk.check.failure import LearnerFailure
from stackwalk.check.oddities import Survival, survived
from stackwalk.course.folders import find_course
from stackwalk.course.oddity import Oddity
from stackwalk.course.reading import read_course

COURSE = read_course(find_course())
LAB = COURSE.lab(1)
SEVERAL = {
    "a WordPress login", "a port scan that connects and leaves", "an SSH client", "a folder", "one silent client",
}  # fmt: skip
NAIVE = (COURSE.step("1.3").solution or Path()) / "server.py"


def count(workspace: Path, source: str, names: set[str] | None) -> Survival:
    (workspace / "server.py").write_text(source, encoding="utf-8")
    return survived(COURSE, LAB, workspace, names=names, seed="a seed")


def test_a_program_that_died_is_started_again_and_the_count_goes_on(tmp_path: Path) -> None:
    told: list[tuple[str, bool]] = []

    def note(oddity: Oddity, good: bool) -> None:
        told.append((oddity.name, good))

    (tmp_path / "server.py").write_bytes(NAIVE.read_bytes())
    survival = survived(COURSE, LAB, tmp_path, names=SEVERAL, seed="a seed", on_oddity=note)
    assert [oddity.name for oddity in survival.survived] == ["a WordPress login"]
    assert {oddity.name for oddity in survival.lost} == SEVERAL - {"a WordPress login"}
    assert dict(told) == {name: name == "a WordPress login" for name in SEVERAL}
    assert survival.score == "survives 1 of 5"


def test_the_workspace_of_the_learner_is_not_touched(tmp_path: Path) -> None:
    count(tmp_path, NAIVE.read_text(encoding="utf-8"), {"a big file that nobody reads"})
    assert [entry.name for entry in tmp_path.iterdir()] == ["server.py"]


def test_a_program_that_dies_of_every_client_survives_nothing_and_is_counted_in_time(tmp_path: Path) -> None:
    source = """
import socket
door = socket.create_server(("", 8080))
door.accept()
"""
    began = time.monotonic()
    survival = count(tmp_path, source, None)
    assert survival.survived == ()
    assert survival.total == 200
    assert time.monotonic() - began < 60


def test_a_program_that_never_answers_is_counted_in_time(tmp_path: Path) -> None:
    source = """
import socket
door = socket.create_server(("", 8080))
clients = []
while True:
    clients.append(door.accept())
"""
    (tmp_path / "server.py").write_text(source, encoding="utf-8")
    began = time.monotonic()
    survival = survived(COURSE, LAB, tmp_path, seed="a seed", deadline=5.0)
    assert survival.survived == ()
    assert survival.total == 200
    assert 0 < survival.tried < 200
    assert time.monotonic() - began < 30


def test_a_program_that_never_listens_is_the_learners_to_mend(tmp_path: Path) -> None:
    with pytest.raises(LearnerFailure) as raised:
        count(tmp_path, "print('hello'\n", SEVERAL)
    assert "SyntaxError" in str(raised.value) or "SyntaxError" in raised.value.output
