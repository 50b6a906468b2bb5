"""Tiny courses for tests: as values, and as folders."""

from pathlib import Path

from stackwalk.course.lesson import Course, Kind, Lab, Step
from stackwalk.course.program import ProgramSpec

SERVER = ProgramSpec("server", ("python", "server.py"), "server.py", 8080)


def a_step(
    id: str,
    kind: Kind = "core",
    *,
    live: bool = False,
    replaces: tuple[str, ...] = (),
    start: Path | None = None,
) -> Step:
    lab, number = id.split(".")
    folder = Path("/course/labs") / f"{lab}-lab" / f"{number}-step"
    return Step(
        id=id,
        lab=int(lab),
        number=int(number),
        name="step",
        title=f"Step {id}",
        kind=kind,
        live=live,
        minutes=5,
        essence="It is short. It is here.",
        text="Type it.",
        hints=("where", "idea", "line"),
        send=("curl http://localhost:8080/",),
        predictions=(),
        words=(),
        folder=folder,
        check=None if live else folder / "check.py",
        start=start,
        solution=None,
        replaces=frozenset(replaces),
    )


def a_course(*steps: Step) -> Course:
    numbers = sorted({step.lab for step in steps})
    labs = tuple(
        Lab(
            number=number,
            name="lab",
            title=f"Lab {number}",
            question="Why?",
            why="Because.",
            folder=Path(f"/course/labs/{number}-lab"),
            programs=(SERVER,),
            patience=None,
            mistakes=None,
            steps=tuple(step for step in steps if step.lab == number),
        )
        for number in numbers
    )
    return Course(root=Path("/course"), labs=labs, words=())


STEP = """+++
title = "Begin"
kind = "core"
minutes = 5
essence = "It begins. It ends."
send = ["curl http://localhost:8080/"]
+++
Type it.
"""

LAB = """format = 1
title = "Doors"
question = "What is a door?"

[[program]]
name = "server"
run = ["python", "server.py"]
file = "server.py"
port = 8080
"""


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder; return the folder."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def write_step(root: Path, place: str, /, **files: str | bytes) -> Path:
    """Write one whole step; keywords (step, hints, check) stand in place of its files."""
    folder = f"labs/{place}"
    return write(
        root,
        {
            f"{folder}/step.md": files.get("step", STEP),
            f"{folder}/hints.md": files.get("hints", "Where.\n---\nIdea.\n---\nLine.\n"),
            f"{folder}/check.py": files.get("check", 'def test_it_begins(server):\n    """it begins"""\n'),
            f"solutions/{place}/server.py": "print()\n",
        },
    )


def write_course(root: Path) -> Path:
    """Write the smallest whole course: one lab, two steps."""
    write(root, {"labs/1-doors/lab.toml": LAB, "labs/1-doors/why.md": "A door is where one comes in.\n"})
    write_step(root, "1-doors/1-begin")
    return write_step(root, "1-doors/2-go-on", step=STEP.replace("Begin", "Go on"))
