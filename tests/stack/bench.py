"""Programs of the tests' own: written, launched, and looked for afterwards by a word in their command line."""

import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from stackwalk.stack import kin
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import Guardian, Program, guarding
from stackwalk.stack.limits import Limits

Answer = TypeVar("Answer")
PATIENT = 30.0  # seconds: a deadline for what takes milliseconds on a machine with nothing else to do


def until(fact: Callable[[], Answer], seconds: float = PATIENT) -> Answer:
    """Wait for something to become true and return it; after the deadline it is returned as it is."""
    deadline = time.monotonic() + seconds
    while not (answer := fact()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return answer


def alive(word: str) -> list[str]:
    """The processes that live and have this word in their command line, which forks inherit."""
    found = []
    for pid in kin.everyone():
        line = kin.command_line(pid)
        look = kin.look(pid)
        if word in line and look is not None and not look.dead:
            found.append(f"{pid} {line}")
    return found


class Bench:
    """A folder, a guardian and a word that marks what is launched here."""

    def __init__(self, folder: Path, guardian: Guardian) -> None:
        self.folder = folder
        self.guardian = guardian
        self.word = "word-" + secrets.token_hex(8)

    def begin(
        self,
        source: str,
        limits: Limits | None = None,
        moved: Mapping[int, int] | None = None,
        name: str = "program.py",
    ) -> Program:
        """Launch this source in the folder."""
        (self.folder / name).write_text(source)
        return self.guardian.launch(
            [sys.executable, name, self.word],
            cwd=self.folder,
            environment=learner_environment(self.folder, self.folder / "run", moved or {}),
            limits=limits,
        )

    def left(self) -> list[str]:
        """What is still alive of all that was launched here."""
        return alive(self.word)


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """A bench whose guardian ends with the block. Nothing of it may be left, and that is asserted."""
    (folder / "run").mkdir(exist_ok=True)
    with guarding() as guardian:
        made = Bench(folder, guardian)
        yield made
    assert made.left() == []


def said(program: Program, text: str) -> bool:
    """Wait until the program has printed this to the end of its line."""
    return until(lambda: f"{text}\n" in program.output.text())
