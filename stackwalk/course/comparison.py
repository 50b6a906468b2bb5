"""A step's comparison: the same strange clients, asked of programs of several labs. comparison.toml's own head says
how one is written."""

from dataclasses import dataclass
from pathlib import Path

from stackwalk.course.lesson import Course, Lab
from stackwalk.course.oddity import Oddity, read_oddity
from stackwalk.course.table import read_table
from stackwalk.errors import StackwalkError

ASKED_MOST = 40  # rows


@dataclass(frozen=True, slots=True)
class Side:
    """One program that is asked."""

    name: str
    lab: int  # whose program it is
    page: str  # what an ordinary client asks it for; {page} stands for a file that is laid beside it


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is asked, and of whom."""

    title: str
    says: str  # a sentence or two to read beside the table
    sides: tuple[Side, ...]
    rows: tuple[Oddity, ...]


def hold_comparisons(course: Course, lab: Lab) -> None:
    """Refuse comparisons that are malformed, or ask programs of labs that are not there. Raises StackwalkError."""
    for step in lab.steps:
        if step.comparison is not None:
            for side in read_comparison(step.comparison).sides:
                if all(one.number != side.lab for one in course.labs):
                    raise StackwalkError(f"{step.comparison}: there is no lab {side.lab}.", "Name one that is there.")


def read_comparison(file: Path) -> Comparison:
    """The comparison in a file. Raises StackwalkError where it is malformed."""
    table = read_table(file)
    table.whole("format", 1, 1)
    title, says = table.text("title"), table.text("says")
    sides = []
    for one in table.tables("side"):
        sides.append(Side(one.text("name"), one.whole("lab", 1, 9999), one.text("page")))
        one.finish()
    rows = table.lists("rows")
    table.finish()
    if len(sides) < 2:
        raise table.wrong("[[side]] is needed twice", "Give two programs: name, lab and page.")
    if len(rows) > ASKED_MOST:
        raise table.wrong(f"rows has {len(rows)} entries", f"Give {ASKED_MOST} at most.")
    read = tuple(read_oddity(table, "rows", "", name, items) for name, items in rows.items())
    return Comparison(title, says, tuple(sides), read)
