"""A day on the internet in a process of its own: `python -m stackwalk.check.day PARENT COURSE LAB WORKSPACE`.

It takes seconds, and whoever plays it goes on meanwhile, or drops it. The process ends with its parent.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stackwalk.check.child import die_with_parent
from stackwalk.course.lesson import Course, Lab
from stackwalk.errors import StackwalkError

END_PATIENCE = 5.0  # seconds in which a day that is dropped may end its programs


@dataclass(frozen=True, slots=True)
class Count:
    """How many oddities a program survived; `problem` says in a sentence or two why that is not known."""

    survived: int
    total: int
    problem: str = ""


class Day:
    """The parent's side of one day: begun at once; a context manager that leaves nothing."""

    def __init__(self, course: Course, lab: Lab, workspace: Path) -> None:
        words = [str(os.getpid()), str(course.root), str(lab.number), str(workspace)]
        self._said = b""
        self._dropped = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk.check.day", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert self._process.stdout is not None
        self._stdout = self._process.stdout

    def fileno(self) -> int:
        """Readable when read() is due."""
        return self._stdout.fileno()

    def read(self) -> Count | None:
        """Take in what has come, once there is something; the count, when the day is over."""
        data = os.read(self.fileno(), 65536)
        self._said += data
        if data:
            return None
        try:
            return Count(*json.loads(self._said))
        except ValueError:
            return Count(0, 0, "A day on the internet broke off, which is no fault of your program.")

    def drop(self) -> None:
        """Have it end, without waiting for that."""
        if not self._dropped:
            self._dropped = True
            self._process.terminate()

    @property
    def pid(self) -> int:
        """The process in which it is played."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether its process has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it, with all that it runs."""
        self.drop()
        self._stdout.close()
        try:
            self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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
