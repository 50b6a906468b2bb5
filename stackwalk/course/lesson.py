"""The course as values: labs, their steps, and the words that they teach.

Nothing here opens a file. `reading` makes these values from a folder; everybody else only looks at them.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError

Kind = Literal["core", "further"]

_STEP_ID = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})", re.ASCII)
_LAB_ID = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question that is asked before the answer is shown; it is never graded."""

    question: str
    choices: tuple[str, ...]  # two to four
    right: int  # the place of the right one in choices, from 0
    because: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A wrong attempt that the lab foresees, with what the learner must read."""

    name: str
    folder: Path  # attempt.toml, and the files that stand in place of the solution's
    cause: str
    words: tuple[str, ...]  # each must be found in what the learner reads
    check: str | None  # the check that must fail, by its name without test_; None: any


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lab: what to read, what to type, and how it is judged."""

    id: str  # "1.3"
    lab: int
    number: int
    name: str  # "resources"
    title: str
    kind: Kind
    live: bool  # seen in the open lab, not graded
    minutes: int
    essence: str  # two to four short sentences
    text: str  # the lesson, Markdown
    hints: tuple[str, ...]  # three: where to look, the idea, the line
    send: tuple[str, ...]  # curl lines that can be pasted
    predictions: tuple[Prediction, ...]
    words: tuple[str, ...]  # the words that this step introduces
    folder: Path
    check: Path | None  # check.py; None for a live step
    start: Path | None  # the folder of given files
    solution: Path | None  # the folder of the workspace as it is after this step
    replaces: frozenset[str]  # checks of earlier steps that no longer hold: "1.2.body_is_hi_there"
    wins: tuple[str, ...] = ()  # kinds of the lab's oddities that a program survives from this step on
    programs: tuple[ProgramSpec, ...] = ()  # what runs at this step; empty: what its lab says
    comparison: Path | None = None  # comparison.toml: the same clients, asked of programs of several labs
    waits: bool = False  # its checks mostly wait: they may run beside others
    instead: bool = False  # another server may stand in the place of the first: see Lab.instead
    copies: tuple[tuple[str, int], ...] = ()  # of services of which more or fewer run here than the lab says

    @property
    def core(self) -> bool:
        """Whether the step is on the road through the stack (else it deepens, and may be skipped)."""
        return self.kind == "core"

    def replaces_any(self, steps: Collection[str]) -> bool:
        """Whether it replaces a check of one of these steps."""
        return any(check.rpartition(".")[0] in steps for check in self.replaces)


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab: a layer of the stack."""

    number: int
    name: str  # "sockets"
    title: str
    question: str  # what the lab answers, in one sentence
    why: str  # Markdown
    folder: Path
    programs: tuple[ProgramSpec, ...]  # outermost first
    patience: float | None  # seconds that a check waits for an answer; None: the checker's own
    mistakes: Path | None  # mistakes.py: the foreseen mistakes and their sentences
    steps: tuple[Step, ...]
    budget: float | None = None  # seconds that all its checks together wait, at most; None: the checker's own
    oddities: Path | None = None  # oddities.toml: what strange clients send, in 200 recordings
    services: tuple[ProgramSpec, ...] = ()  # what stands behind the outermost program, by the names it may use
    instead: tuple[ProgramSpec, ...] = ()  # of which one may stand in the place of the outermost program

    def programs_at(self, step: Step, saved: Sequence[str] = ()) -> tuple[ProgramSpec, ...]:
        """What runs at a step of this lab, outermost first.

        `saved`: which files of `instead` are there, the one saved last first. Where the step allows it, that one's
        program stands in the place of the outermost.
        """
        programs = step.programs or self.programs
        if step.instead:
            for name in saved:
                for one in self.instead:
                    if one.file == name:
                        return (one, *programs[1:])
        return programs

    def services_at(self, step: Step) -> tuple[ProgramSpec, ...]:
        """What may be called by its name at a step of this lab, with as many copies as the step says."""
        copies = dict(step.copies)
        known = (one for one in self.services if one.since <= step.number)
        return tuple(one._replace(copies=copies.get(one.name, one.copies)) for one in known)

    @property
    def files(self) -> tuple[str, ...]:
        """The files of all programs that run at any of its steps."""
        programs = (
            *self.programs,
            *self.services,
            *self.instead,
            *(program for step in self.steps for program in step.programs),
        )
        return tuple(dict.fromkeys(program.file for program in programs))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the course's map."""

    name: str
    says: str  # one sentence
    lab: int  # the lab where it comes
    step: str | None  # the step that introduces it; None: no step does yet


@dataclass(frozen=True, slots=True)
class Course:
    """All labs of a folder, and the words that they teach."""

    root: Path
    labs: tuple[Lab, ...]  # by number
    words: tuple[Word, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step of every lab, in the order in which they are met."""
        return tuple(step for lab in self.labs for step in lab.steps)

    def lab(self, number: int | str) -> Lab:
        """Return the lab of that number (`1` or `"1"`). Raises StackwalkError that lists what there is."""
        wanted = str(number).strip()
        if _LAB_ID.fullmatch(wanted):
            for lab in self.labs:
                if lab.number == int(wanted):
                    return lab
        raise StackwalkError(f"There is no lab {_shown(wanted)}.", self._what_there_is())

    def step(self, name: str) -> Step:
        """Return the step of that name (`"1.3"`). Raises StackwalkError that lists what there is."""
        wanted = _STEP_ID.fullmatch(name.strip())
        if wanted is None:
            raise StackwalkError(f"{_shown(name)} is not the name of a step.", self._what_there_is())
        number, step_number = int(wanted[1]), int(wanted[2])
        for lab in self.labs:
            if lab.number != number:
                continue
            for step in lab.steps:
                if step.number == step_number:
                    return step
            there = ", ".join(step.id for step in lab.steps)
            raise StackwalkError(
                f"Lab {lab.number} has no step {wanted[0]}.", f"Its steps are {there}: name one of them."
            )
        raise StackwalkError(f"There is no step {wanted[0]}.", self._what_there_is())

    def _what_there_is(self) -> str:
        labs = "; ".join(
            f"lab {lab.number} ({lab.name}) with {', '.join(step.id for step in lab.steps)}" for lab in self.labs
        )
        return f"There is {labs}. Name a step as 1.1 or a lab as 1."


@dataclass(frozen=True, slots=True)
class Progress:
    """What a learner has opened, passed and looked up. A change makes a new one."""

    opened: tuple[str, ...] = ()  # step ids, in the order in which they were first opened
    passed: tuple[str, ...] = ()  # step ids, in the order in which they first passed
    current: str | None = None  # the step last opened
    hints: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # step id -> levels seen

    def opening(self, step: str) -> "Progress":
        """The learner opened this step.

        >>> Progress().opening("1.1").current
        '1.1'
        """
        opened = self.opened if step in self.opened else (*self.opened, step)
        return replace(self, opened=opened, current=step)

    def passing(self, *steps: str) -> "Progress":
        """These steps have passed; once passed, a step stays so."""
        fresh = tuple(step for step in dict.fromkeys(steps) if step not in self.passed)
        return replace(self, passed=(*self.passed, *fresh))

    def hinting(self, step: str, level: int) -> "Progress":
        """The learner has seen hints of this step up to that level (1 to 3)."""
        seen = max(level, self.hints.get(step, 0))
        return replace(self, hints=MappingProxyType({**self.hints, step: seen}))

    def begun(self, step: str) -> bool:
        """Whether the step was opened or has passed."""
        return step in self.opened or step in self.passed


def _shown(typed: str) -> str:
    """What somebody typed, safe and short enough for a sentence."""
    return repr(typed if len(typed) <= 40 else typed[:40] + "…")
