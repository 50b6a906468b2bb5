"""What can happen while a lab is open, as frozen values. Pure.

An event that belongs to a launch or to a run of the checks carries its number, so that news of an earlier one
is known to be old. `at` is in seconds of one monotonic clock.
"""

from dataclasses import dataclass

from stackwalk.check.compared import Compared
from stackwalk.check.verdict import Finding, Verdict
from stackwalk.whole.journey import Journey
from stackwalk.wire.sight import Sight


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a program listens on."""

    address: str
    number: int  # the real one
    typed: int  # what the learner wrote


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed: a letter, a digit, or a name such as "enter"."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Pasted:
    """Text arrived all at once; nobody pressed these keys one by one."""

    text: str


@dataclass(frozen=True, slots=True)
class Saved:
    """Files of the workspace changed, by their path inside it.

    `present`: the programs' files now there; `own`: those of the paths that a program of ours has written itself.
    """

    paths: tuple[str, ...]
    present: frozenset[str]
    at: float
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Strayed:
    """The program's file is not there, and one that looks like it is elsewhere: a sentence says what to do."""

    text: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on."""

    at: float


@dataclass(frozen=True, slots=True)
class ProgramListening:
    """The ports that a launched program listens on have changed."""

    launch: int
    ports: tuple[Port, ...]
    answers: bool = True  # False: it listens, and has not answered yet, as it must to be ready


@dataclass(frozen=True, slots=True)
class ProgramProcesses:
    """The processes of a launched program have changed: its first one, and those that descend from it."""

    launch: int
    first: int
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgramEnded:
    """A launched program is over, and so is all that it started."""

    launch: int
    at: float
    code: int | None = None
    signal: int | None = None
    cause: str | None = None  # which limit it met: "too-much-output" …
    traceback: str = ""  # the learner's own, their frames; "" where there is none
    last_words: str = ""  # the last lines that it printed
    left_behind: tuple[str, ...] = ()
    refused: tuple[int, ...] = ()  # ports, as typed, that it was seen to be refused because they were taken


@dataclass(frozen=True, slots=True)
class ProgramsGone:
    """Every program that was to end is over, and its ports are free."""


@dataclass(frozen=True, slots=True)
class NotStarted:
    """A program could not be launched: two sentences say why and what to try."""

    launch: int
    what: str
    try_this: str


@dataclass(frozen=True, slots=True)
class Printed:
    """Lines that a launched program printed; `dropped` more came too fast to be shown."""

    launch: int
    lines: tuple[str, ...]
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One check of a run is over."""

    run: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """A run of the checks is over."""

    run: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class NotJudged:
    """The checks could not be run."""

    run: int
    what: str
    try_this: str


@dataclass(frozen=True, slots=True)
class Survived:
    """A day on the internet is over: how many oddities the program survived; `problem`: why that is not known."""

    day: int
    survived: int
    total: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PartSeen:
    """One part of a stack with a web server in front, as it is now."""

    name: str
    state: str  # "new", "starting", "ready", "paused", "ended"
    pid: int | None  # of its first process
    others: tuple[int, ...]  # those that this one has started
    port: int  # as typed
    listens: int | None  # the real port
    tap: int | None  # the port of our tap before it, where the part before comes in


@dataclass(frozen=True, slots=True)
class StackSeen:
    """The parts of the stack, the outermost one first, have changed."""

    parts: tuple[PartSeen, ...]


@dataclass(frozen=True, slots=True)
class PartEnded:
    """A part behind the web server has ended, and nobody asked it to."""

    name: str
    how: str  # "SIGKILL", "exit status 3"
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class PartPrinted:
    """Lines that a part printed; `dropped` more came too fast to be shown."""

    name: str
    lines: tuple[str, ...]
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class FrontKept:
    """The web server does not take its file as it is now, and goes on with the one that it had."""

    launch: int
    what: str
    try_this: str


@dataclass(frozen=True, slots=True)
class InnerSighted:
    """The tap saw something between the web server and a part behind it."""

    sight: Sight


@dataclass(frozen=True, slots=True)
class Journeyed:
    """A client's exchange at the door of a stack, with those that it led to.

    `ports`: for each of these, from which port the program saw it come; None: it is not known.
    """

    journey: Journey
    ports: tuple[int | None, ...]
    at: float


@dataclass(frozen=True, slots=True)
class CompareEnded:
    """A comparison is over: the table, or a sentence or two on why there is none."""

    number: int
    compared: Compared | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sighted:
    """The tap saw something cross the door."""

    sight: Sight
    at: float


@dataclass(frozen=True, slots=True)
class DoorOpened:
    """We hold a door. `holder` says who has the one that the lesson names, where that is another."""

    port: int
    holder: str = ""
    holder_pid: int | None = None
    resting: bool = False  # nobody has it: old connections hold it for up to a minute


@dataclass(frozen=True, slots=True)
class DoorShut:
    """We hold no door. `why` is "" where that was asked for."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class RequestSent:
    """A request that was asked for by a key is over: what the client printed."""

    output: bytes
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something outside the learner's program went wrong; the lab goes on."""

    what: str
    try_this: str


@dataclass(frozen=True, slots=True)
class LiveDone:
    """The live step has been seen: what it is there for has happened."""


@dataclass(frozen=True, slots=True)
class StageListening:
    """The live step's own socket listens, for the door to lead to."""

    port: int


Event = (
    Key
    | Pasted
    | Saved
    | Strayed
    | Tick
    | ProgramListening
    | ProgramProcesses
    | ProgramEnded
    | ProgramsGone
    | NotStarted
    | Printed
    | Found
    | Judged
    | NotJudged
    | Survived
    | CompareEnded
    | StackSeen
    | PartEnded
    | PartPrinted
    | FrontKept
    | InnerSighted
    | Journeyed
    | Sighted
    | DoorOpened
    | DoorShut
    | RequestSent
    | Trouble
    | LiveDone
    | StageListening
)
