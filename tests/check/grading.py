"""Running the fixture course's checks on a program given as text."""

from pathlib import Path

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Finding, Verdict
from stackwalk.course.lesson import Course
from stackwalk.course.reading import read_course

COURSE = Path(__file__).parent / "fixture_labs"
RIGHT = (COURSE / "solutions/1-doors/1-greet/server.py").read_text()
ECHO = (COURSE / "solutions/1-doors/2-echo/server.py").read_text()


def course() -> Course:
    """The fixture course."""
    return read_course(COURSE)


def plan_for(workspace: Path, *steps: str, source: Path = COURSE) -> Plan:
    """A plan for these steps (1.1 if none is named)."""
    read = read_course(source)
    chosen = tuple(read.step(step) for step in steps or ("1.1",))
    return Plan.of(read, chosen[-1].id, chosen, workspace, "seed")


def workspace_with(folder: Path, program: str | bytes, **files: str | bytes) -> Path:
    """A workspace with server.py and other files (`name__py` for name.py)."""
    workspace = folder / "my stück"
    workspace.mkdir()
    for name, content in {"server__py": program, **files}.items():
        data = content.encode() if isinstance(content, str) else content
        (workspace / name.replace("__", ".")).write_bytes(data)
    return workspace


def verdict_on(folder: Path, program: str | bytes, *steps: str) -> Verdict:
    """The verdict on a program."""
    return grade(plan_for(workspace_with(folder, program), *steps))


def problem(verdict: Verdict) -> Finding:
    """What went wrong; the whole verdict where nothing did."""
    if verdict.first_problem is None:
        raise AssertionError(f"there is no problem: {verdict}")
    return verdict.first_problem
