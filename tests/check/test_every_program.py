"""Every program of tests/programs gets the verdict, the cause and the words that its first lines name.

A program is one file: comments that say what must come of it, then the learner's server.py, then other files of
its workspace, each after a line `==== NAME`. The comments: `step` (asked), `outcome`, `cause`, `check`
(STEP.NAME of the first problem), `says` (words that the learner must read; as many as there are), `unsaid` (words
that they must not read, for they would be false), `start`
(seconds that it may take until it listens), `wait` (seconds that a check waits for its answer, where the usual
time would only make this longer), and `port`: "real" where the probe cannot move it, "taken" where
somebody else listens there as well. `needs` names a command without which the program cannot be tried, and
`begun` says that the further steps before it have passed, and are in force as well.
"""

import contextlib
import dataclasses
import io
import re
import shutil
import socket
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from ports import unused_port
from rich.console import Console

from stackwalk.check.plan import START_PATIENCE, Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Finding, Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course
from stackwalk.screen.verdict import draw_verdict

PROGRAMS = Path(__file__).parents[1] / "programs"
COURSE = read_course(find_course())
WORST = 15.0  # seconds until the verdict on the worst program
LONGEST = 420  # characters of what is said: one or two sentences, and an error's text


@dataclass(frozen=True)
class Program:
    """One program and what must come of it."""

    files: dict[str, str]
    step: str
    outcome: str
    cause: str | None = None
    check: str | None = None
    start: float = START_PATIENCE
    wait: float | None = None
    port: str = ""
    needs: str = ""
    begun: str = ""
    says: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)


def read_program(file: Path) -> Program:
    text = file.read_text(encoding="utf-8")
    facts: dict[str, str] = {}
    says, unsaid = [], []
    for line in text.partition("\n\n")[0].splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if key == "says" and colon:
            says.append(value)
        elif key == "unsaid" and colon:
            unsaid.append(value)
        elif colon and re.fullmatch("step|outcome|cause|check|start|wait|port|needs|begun", key):
            facts[key] = value
    first, *others = re.split(r"(?m)^==== ", text)
    files = {"server.py": first} | dict(other.split("\n", 1) for other in others)
    start = float(facts.pop("start", START_PATIENCE))
    wait = float(facts.pop("wait")) if "wait" in facts else None
    return Program(files, says=says, unsaid=unsaid, start=start, wait=wait, **facts)


def on_port(course: Course, port: int) -> Course:
    """The course, with another port in the learners' programs."""
    labs = (
        dataclasses.replace(lab, programs=tuple(program._replace(port=port) for program in lab.programs))
        for lab in course.labs
    )
    return dataclasses.replace(course, labs=tuple(labs))


@contextlib.contextmanager
def held(port: int) -> Iterator[None]:
    """Somebody else listens on the port."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def left_running(marker: str) -> list[str]:
    """Processes that were started with that folder as their temporary one, or stand in it."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get("TMPDIR") == marker or process.cwd().startswith(marker)
            ):
                found.append(f"{process.pid} {process.cmdline()}")
    return found


def drawn(verdict: Verdict) -> str:
    console = Console(width=100, record=True, file=io.StringIO(), color_system=None)
    console.print(draw_verdict(verdict, 100, "next", whole=True))
    return console.export_text()


def all_that_is_read(found: Finding) -> str:
    return "\n".join([found.message, found.expected, found.actual, found.hint])


NAMES = sorted(
    str(file.relative_to(PROGRAMS).with_suffix(""))
    for kind in ("right", "wrong", "hostile")
    for file in (PROGRAMS / kind).rglob("*.py")
)


def test_there_are_many_programs() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_a_program_gets_its_verdict(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = read_program(PROGRAMS / f"{name}.py")
    if program.needs and shutil.which(program.needs) is None:
        pytest.skip(f"there is no {program.needs} on this machine")
    workspace, temporary = tmp_path / "my stack", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    course, port = COURSE, 8080
    if program.port:
        port = unused_port()
        course = on_port(course, port)
    for path, text in program.files.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text(text.replace("8080", str(port)), encoding="utf-8")
    begun = tuple(step.id for step in course.steps if step.id < program.step) if program.begun else ()
    grading = steps_to_grade(course, Progress(passed=begun), program.step)
    plan = Plan.to_grade(course, grading, workspace, name)
    plan = dataclasses.replace(plan, start_patience=program.start)
    if program.wait is not None:
        labs = tuple(dataclasses.replace(lab, patience=program.wait) for lab in plan.labs)
        plan = dataclasses.replace(plan, labs=labs)
    with held(port) if program.port == "taken" else contextlib.nullcontext():
        began = time.monotonic()
        verdict = grade(plan)
        seconds = time.monotonic() - began

    found = verdict.first_problem
    told = found and (found.outcome, found.cause, f"{found.step}.{found.name}", all_that_is_read(found))
    assert verdict.outcome == program.outcome, told or verdict.message
    assert verdict.outcome is not Outcome.BROKEN
    assert seconds < WORST + 1.0
    if found is None:
        read = "\n".join(finding.message for finding in verdict.findings)
    else:
        assert program.cause is None or found.cause == program.cause, told
        assert program.check is None or f"{found.step}.{found.name}" == program.check, told
        assert found.cause is not None
        assert len(found.message) <= LONGEST, found.message
        assert found.message.rstrip().endswith((".", "!", "?", ":", "'", ")")), found.message
        read = all_that_is_read(found)
    for words in program.says:
        assert words in read, told
    for words in program.unsaid:
        assert words not in read, told
    assert str(temporary) not in read, "the copy's name shows"
    raw = [char for char in drawn(verdict) if unicodedata.category(char) in ("Cc", "Cf", "Cs") and char != "\n"]
    assert not raw, f"control characters are drawn: {raw}"
    assert list(temporary.iterdir()) == []
    assert left_running(str(temporary)) == []
