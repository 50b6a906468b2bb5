"""Read a folder of labs into a Course. The folder is the register: what is there is the course.

Whatever is malformed is a StackwalkError that names the file and says what to do; nothing is guessed or
passed over in silence. Names that begin with `_` or `.` are left alone: they are the lab author's own.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from stackwalk.course.folders import entries, numbered, places
from stackwalk.course.lesson import Attempt, Course, Kind, Lab, Prediction, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.course.programs import MOST_COPIES, inside, read_program, read_service
from stackwalk.course.table import Table, read_table, read_text, table_from
from stackwalk.course.words import read_words
from stackwalk.errors import StackwalkError

HINTS = 3  # where to look in the traffic, the idea, the line

_CHECK = re.compile(r"([0-9]{1,4}\.[0-9]{1,4})\.([a-z_][a-z0-9_]*)", re.ASCII)
_FENCE = "+++"
_LAB_FILES = ("lab.toml", "why.md", "mistakes.py", "oddities.toml")
_STEP_FILES = ("step.md", "hints.md", "check.py", "comparison.toml", "start", "wrong")


def read_course(root: Path) -> Course:
    """Return the course in a folder that holds labs/ and solutions/, or that is a `labs` folder itself.

    Raises StackwalkError, which names the file and the cure, for everything that is malformed.
    """
    labs_folder, solutions = places(root)
    labs = tuple(
        _read_lab(number, name, folder, solutions) for number, name, folder in numbered(labs_folder, (), "a lab")
    )
    if not any(lab.steps for lab in labs):
        raise StackwalkError(
            f"{labs_folder} holds no lab.",
            "Make one: docs/writing-labs.md begins with a folder 1-NAME/lab.toml.",
        )
    for lab in labs:
        _hold_replaced(lab)
    return Course(root=labs_folder.parent, labs=labs, words=read_words(labs_folder / "words.toml", labs))


def _read_lab(number: int, name: str, folder: Path, solutions: Path) -> Lab:
    if number == 0:
        raise StackwalkError(f"{folder} has the number 0.", "Number labs from 1.")
    table = read_table(folder / "lab.toml")
    table.whole("format", 1, 1)
    programs = tuple(read_program(one) for one in table.tables("program"))
    if not programs:
        raise table.wrong("[[program]] is missing", "Say what runs: name, run, file and port.")
    services = tuple(read_service(one) for one in table.tables("service"))
    instead = tuple(read_program(one) for one in table.tables("instead"))
    _hold_names(table, services)
    title, question = table.text("title"), table.text("question")
    patience, budget = table.optional_seconds("patience", 60), table.optional_seconds("budget", 120)
    table.finish()
    mistakes, oddities = folder / "mistakes.py", folder / "oddities.toml"
    steps = tuple(
        _read_step(
            number, step_number, step_name, step_folder, solutions / folder.name / step_folder.name, programs, services
        )
        for step_number, step_name, step_folder in numbered(folder, _LAB_FILES, "a step")
    )
    swaps = next((step for step in steps if step.instead), None)
    if swaps is not None and not instead:
        raise table.wrong(f"step {swaps.id} says instead, and nothing is declared", "Say what may run: [[instead]].")
    if not steps:
        raise StackwalkError(f"{folder} holds no step.", "Make one: a folder 1-NAME with step.md and hints.md.")
    return Lab(
        number=number,
        name=name,
        title=title,
        question=question,
        why=read_text(folder / "why.md").strip(),
        folder=folder,
        programs=programs,
        patience=patience,
        mistakes=mistakes if mistakes.is_file() else None,
        steps=steps,
        oddities=oddities if oddities.is_file() else None,
        services=services,
        instead=instead,
        budget=budget,
    )


def _hold_names(table: Table, services: Sequence[ProgramSpec]) -> None:
    names = [one.name for one in services]
    for name in names:
        if names.count(name) > 1:
            raise table.wrong(f"there are two services called {name}", "Give each a name of its own.")


def _read_copies(table: Table, services: Sequence[ProgramSpec]) -> tuple[tuple[str, int], ...]:
    """How many of a service run at a step that says so itself."""
    copies: dict[str, int] = {}
    for one in table.tables("service"):
        copies[one.one_of("name", [service.name for service in services])] = one.whole("copies", 1, MOST_COPIES)
        one.finish()
    return tuple(copies.items())


def _programs_of(table: Table, programs: tuple[ProgramSpec, ...]) -> tuple[ProgramSpec, ...]:
    """What runs at a step that says so itself: the lab's outermost program with another command or file."""
    run = table.texts("run")
    file = inside(table, "file") if table.holds("file") else programs[0].file
    if not run and file == programs[0].file:
        return ()
    return (programs[0]._replace(run=run or programs[0].run, file=file), *programs[1:])


def _read_step(
    lab: int, number: int, name: str, folder: Path, solution: Path,
    programs: tuple[ProgramSpec, ...], services: tuple[ProgramSpec, ...],
) -> Step:  # fmt: skip
    for entry in entries(folder):
        if entry.name not in _STEP_FILES:
            raise StackwalkError(
                f"{entry} is no file that a step knows.",
                f"Known are {', '.join(_STEP_FILES)}; begin other names with _.",
            )
    file = folder / "step.md"
    table, text = _front_matter(file, read_text(file))
    live = table.flag("live")
    step = Step(
        id=f"{lab}.{number}",
        lab=lab,
        number=number,
        name=name,
        title=table.text("title"),
        kind=cast(Kind, table.one_of("kind", ("core", "further"))),
        live=live,
        minutes=table.whole("minutes", 1, 90),
        essence=table.text("essence"),
        text=text,
        hints=_read_hints(folder / "hints.md"),
        send=table.texts("send"),
        predictions=tuple(_read_prediction(one) for one in table.tables("prediction")),
        words=table.texts("words"),
        folder=folder,
        check=_check_of(folder, live),
        start=_folder_of(folder / "start"),
        solution=_folder_of(solution),
        replaces=frozenset(table.texts("replaces")),
        wins=table.texts("wins"),
        programs=_programs_of(table, programs),
        waits=table.flag("waits"),
        instead=table.flag("instead"),
        copies=_read_copies(table, services),
        comparison=comparison if (comparison := folder / "comparison.toml").is_file() else None,
    )
    table.finish()
    for line in step.send:
        if not line.startswith("curl ") or "\n" in line:
            raise table.wrong(f"send has a line that is not one curl line: {line!r}", "Begin it with curl.")
    return step


def _front_matter(file: Path, text: str) -> tuple[Table, str]:
    lines = text.split("\n")
    fences = [place for place, line in enumerate(lines) if line.rstrip() == _FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise StackwalkError(
            f"{file} has no front matter.", "Begin it with a line +++, then title, kind …, then a line +++."
        )
    # The empty line in front keeps the line numbers of TOML's errors those of the file.
    table = table_from(file, "\n" + "\n".join(lines[1 : fences[1]]))
    lesson = "\n".join(lines[fences[1] + 1 :]).strip()
    if not lesson:
        raise StackwalkError(f"{file} has no lesson after its front matter.", "Write it below the second +++.")
    return table, lesson


def _read_prediction(table: Table) -> Prediction:
    question, choices = table.text("question"), table.texts("choices")
    if not 2 <= len(choices) <= 4:
        raise table.wrong(f"choices has {len(choices)} entries", "Give two to four.")
    right = table.whole("right", 1, len(choices))
    prediction = Prediction(question, choices, right - 1, table.text("because"))
    table.finish()
    return prediction


def _read_hints(file: Path) -> tuple[str, ...]:
    levels: list[list[str]] = [[]]
    for line in read_text(file).split("\n"):
        if line.rstrip() == "---":
            levels.append([])
        else:
            levels[-1].append(line)
    hints = tuple("\n".join(level).strip() for level in levels)
    if len(hints) != HINTS or not all(hints):
        written = sum(1 for hint in hints if hint)
        raise StackwalkError(
            f"{file} has {written} hints, and a step has {HINTS}.",
            "Write where to look, the idea, the line, with a line --- between them.",
        )
    return hints


def _check_of(folder: Path, live: bool) -> Path | None:
    check = folder / "check.py"
    if live and check.exists():
        raise StackwalkError(f"{check} judges a live step.", "Remove it, or take live = true out of step.md.")
    if not live and not check.is_file():
        raise StackwalkError(f"{check} is missing.", "Write it, or say live = true in step.md.")
    return check if not live else None


def _folder_of(folder: Path) -> Path | None:
    if folder.exists() and not folder.is_dir():
        raise StackwalkError(f"{folder} is not a folder.", "Make it a folder that holds files.")
    return folder if folder.is_dir() else None


def read_attempts(step: Step) -> tuple[Attempt, ...]:
    """The wrong attempts of a step. For those who prove a course: a learner's commands need none of them.

    Raises StackwalkError where one is not as it should be.
    """
    folder = step.folder / "wrong"
    if _folder_of(folder) is None:
        return ()
    attempts = []
    for entry in entries(folder):
        if not entry.is_dir():
            raise StackwalkError(f"{entry} is not a folder.", "Give each wrong attempt a folder of its own.")
        table = read_table(entry / "attempt.toml")
        check = table.optional_text("check")
        attempt = Attempt(entry.name, entry, table.text("cause"), table.texts("words", needed=True), check)
        table.finish()
        attempts.append(attempt)
    return tuple(attempts)


def hold_wins(lab: Lab) -> None:
    """Refuse steps that claim other kinds of oddities than oddities.toml gives them.

    For those who prove a course: to read all oddities takes as long as all the rest of it, and no command of a
    learner's needs it. Raises StackwalkError.
    """
    from stackwalk.course.oddity import read_kinds

    given: dict[str, list[str]] = {}
    for kind in () if lab.oddities is None else read_kinds(lab.oddities):
        given.setdefault(kind.step, []).append(kind.name)
    for step in lab.steps:
        if step.wins and sorted(step.wins) != sorted(given.get(step.id, ())):
            raise StackwalkError(
                f"{step.folder / 'step.md'}: wins names {', '.join(step.wins)}, and oddities.toml gives {step.id} "
                f"{', '.join(given.get(step.id, ())) or 'none'}.",
                "Let both say the same.",
            )


def _hold_replaced(lab: Lab) -> None:
    """Refuse a `replaces` that names no check of an earlier step of the lab."""
    for step in lab.steps:
        file = step.folder / "step.md"
        for replaced in sorted(step.replaces):
            match = _CHECK.fullmatch(replaced)
            earlier = next((one for one in lab.steps if match and one.id == match[1]), None)
            if match is None or earlier is None or earlier.number >= step.number or earlier.check is None:
                raise StackwalkError(
                    f"{file}: replaces names {replaced!r}, which is no check of an earlier step of this lab.",
                    'Name it as LAB.STEP.CHECK, for example "1.2.the_body".',
                )
            if f"def test_{match[2]}(" not in read_text(earlier.check):
                raise StackwalkError(
                    f"{file}: replaces names {replaced!r}, and {earlier.check} has no test_{match[2]}.",
                    "Name a check that is there.",
                )
