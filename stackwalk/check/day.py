"""A day on the internet in a process of its own: `python -m stackwalk.check.day PARENT COURSE LAB WORKSPACE`.

It takes seconds, and whoever plays it goes on meanwhile, or drops it. The process ends with its parent.
"""

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from stackwalk.check.aside import Aside
from stackwalk.check.child import die_with_parent
from stackwalk.course.lesson import Course, Lab
from stackwalk.errors import StackwalkError


@dataclass(frozen=True, slots=True)
class Count:
    """How many oddities a program survived; `problem` says in a sentence or two why that is not known."""

    survived: int
    total: int
    problem: str = ""


class Day(Aside):
    """The parent's side of one day."""

    def __init__(self, course: Course, lab: Lab, workspace: Path) -> None:
        super().__init__("stackwalk.check.day", str(course.root), str(lab.number), str(workspace))

    def read(self) -> Count | None:
        """Take in what has come, once there is something; the count, when the day is over."""
        said = self.hear()
        if said is None:
            return None
        try:
            return Count(*json.loads(said))
        except ValueError:
            return Count(0, 0, "A day on the internet broke off, which is no fault of your program.")


def main() -> None:
    """Play the day that the arguments name, and print the count."""
    parent, root, lab, workspace = sys.argv[1:]
    # What it holds is left in good order: a program under way is ended, and its folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    die_with_parent(int(parent))
    print(json.dumps(_count(Path(root), int(lab), Path(workspace))))


def _count(root: Path, number: int, workspace: Path) -> tuple[int, int, str]:
    from stackwalk.check.failure import LearnerFailure
    from stackwalk.check.oddities import survived
    from stackwalk.course.reading import read_course

    try:
        course = read_course(root)
        survival = survived(course, course.lab(number), workspace)
    except LearnerFailure as failure:
        return 0, 0, f"Your program did not live to see a day on the internet: {failure.message}"
    except StackwalkError as error:
        return 0, 0, f"A day on the internet could not be played. {error.what} {error.try_this}"
    return len(survival.survived), survival.total, ""


if __name__ == "__main__":
    main()
