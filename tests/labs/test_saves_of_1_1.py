"""The three saves that 1.1 asks for, one after the other: what works is said first."""

import io
from pathlib import Path

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.screen.console import make_console
from stackwalk.screen.verdict import draw_verdict

OPEN = """import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

"""
FIRST = OPEN + "client, address = listener.accept()\n"
SECOND = FIRST + "request = client.recv(4096)\nprint(request)\n"
LISTENS, PRINTS = "Your program listens on port 8080.", "It prints what a client sends."


def judged(text: str, workspace: Path) -> Verdict:
    (workspace / "server.py").write_text(text, encoding="utf-8")
    course = read_course(find_course())
    return grade(Plan.of(course, "1.1", (course.step("1.1"),), workspace, "seed"))


@pytest.mark.parametrize(
    ("text", "works"), [(FIRST, LISTENS), (SECOND, f"{LISTENS} {PRINTS}")], ids=["listens", "prints"]
)
def test_a_save_on_the_way_is_greeted_by_what_works(text: str, works: str, tmp_path: Path) -> None:
    verdict = judged(text, tmp_path)
    assert not verdict.passed
    assert verdict.first_problem is not None and verdict.first_problem.works == works
    out = io.StringIO()
    make_console(out, environ={"COLUMNS": "100"}).print(draw_verdict(Verdict.from_json(verdict.to_json()), 100))
    assert out.getvalue().startswith(f"✔ {works}\n✘ 1.1: not yet, with 3 checks to go.\n")


def test_what_never_listened_does_nothing_yet(tmp_path: Path) -> None:
    problem = judged(OPEN.replace("listener.listen()\n", ""), tmp_path).first_problem
    assert problem is not None and problem.works == ""
