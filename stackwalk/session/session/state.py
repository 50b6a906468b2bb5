"""The open lab as one frozen value, and what can be read off it. Pure."""

import re
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.lesson import Course, Lab, Prediction, Progress, Step
from stackwalk.course.place import all_passed, next_after
from stackwalk.course.program import ProgramSpec
from stackwalk.session.session.events import PartSeen, Port

_IN_FILE = re.compile(r"(?P<file>[\w./-]*\w), line \d+\b")  # as a message of a check begins
_IS_ELSEWHERE = re.compile(r"Move (?P<files>[\w./-]+ to [\w./-]*\w)")
_IS_MISSING = re.compile(r"There is no (?:file )?(?P<file>[\w/-]*[\w.-]*\w)(?= yet\b| beside\b)")


class Phase(StrEnum):
    """How a program of the learner stands."""

    ABSENT = "absent"  # its file is not there
    STARTING = "starting"  # it runs, and does not listen yet
    LISTENING = "listening"  # on the port that the lesson names
    ELSEWHERE = "elsewhere"  # on another one
    ENDED = "ended"


class Why(IntEnum):
    """What a run of the checks is for: who did not ask is not shown all that is missing."""

    LOOK = 1
    ASKED = 2
    SAVED = 3


class Turn(StrEnum):
    """Who has the port of a program that cannot be moved: the checks run it on the very same one."""

    PROGRAM = "program"
    ENDING = "ending"  # it is being ended, so that the checks can have the port
    CHECKS = "checks"
    RETRYING = "retrying"  # all is being ended, so that a changed program can be tried with its port moved


@dataclass(frozen=True, slots=True)
class Running:
    """One program of the lab."""

    spec: ProgramSpec
    phase: Phase = Phase.ABSENT
    launch: int = 0  # its number; 0: it was never launched
    since: float = 0.0  # when it was launched
    ports: tuple[Port, ...] = ()
    traceback: str = ""  # with which it ended
    moved: bool = True  # its port was to be moved, at this launch
    heard: bool = False  # it has listened on the port that the lesson names
    slow_said: bool = False
    first: int | None = None  # its first process
    processes: tuple[int, ...] = ()  # those that its first one has started, as they were last told
    gone: tuple[tuple[int, int | None], ...] = ()  # the last that have ended, and which came in their place
    crashed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """An open lab."""

    course: Course
    lab: Lab
    step: Step
    progress: Progress
    programs: tuple[Running, ...]  # outermost first
    port: int  # the door that is wanted
    folder: str = ""  # the whole path of the workspace
    door: int | None = None  # the door that is ours
    holder: str = ""  # who has the one that is wanted
    resting: bool = False  # nobody has it, and old connections hold it
    reclaim_at: float = 0.0  # when it is tried again, where it rests
    present: frozenset[str] = frozenset()  # the programs' files that are there
    newest: tuple[str, ...] = ()  # of lab.instead: the files that are there, last saved first
    let_go: bool = False  # the learner runs the program by hand
    movable: bool = True  # the probe can move the program's port
    turn: Turn = Turn.PROGRAM  # where it can't
    launches: int = 0
    heard: bool = False  # a program has listened where the lesson says, in this lab
    quick_launches: int = 0  # in a row, each for a save that came at once after the last launch
    ignored: frozenset[str] = frozenset()  # what seems to be the program's own work, while it comes so soon
    self_written: frozenset[str] = frozenset()  # files that a program was seen to write, of which it has been said
    run: int = 0  # the number of the last run of the checks
    checking: Why | None = None
    found: tuple[Finding, ...] = ()  # of the run under way
    fallen: str = ""  # the last traceback with which a part of the stack has ended, since the checks began
    judged: str = ""  # what the last verdict has shown that the program printed, until that is seen live
    verdict: Verdict | None = None  # the last one of this step
    saved_since: bool = False  # a save since the step was entered
    same_cause: tuple[str, str] | None = None  # which check failed of what, last time
    same_cause_count: int = 0  # saves in a row
    day: int = 0  # the number of the last day on the internet
    day_due: bool = True  # none has been played with the files as they are
    survives: int | None = None  # oddities, when they were last counted in this lab
    services: tuple[ProgramSpec, ...] = ()  # what stands behind the programs by name
    parts: tuple[PartSeen, ...] = ()  # of a stack with a web server in front, the outermost one first
    comparison: int = 0  # the number of the last comparison
    comparing: bool = False  # it is under way
    compared: bool = False  # this step's has been played, or is
    quiet_since: float = 0.0  # the last save, or hint, or when the step was entered
    ticked: float = 0.0  # when time last went on
    hint_offered: bool = False  # since the last save
    hints_shown: int = 0  # of this step
    sends: int = 0
    prediction: int | None = None  # the one being asked, from 0
    predicted: int = 0  # how many of this step have been answered
    silent_at: float | None = None  # when a client last hung up that had said nothing
    stage_open: bool = False  # the live step is under way
    troubles: frozenset[str] = frozenset()  # each is said once

    @property
    def passed(self) -> bool:
        """Whether this step is done, as far as is known of the files as they are."""
        if self.step.live or self.verdict is None:
            missing = self.outer is not None and self.outer.spec.file not in self.present
            return self.step.id in self.progress.passed and (self.step.live or not missing)
        return self.verdict.passed

    @property
    def outer(self) -> Running | None:
        """The program that the door leads to."""
        return self.programs[0] if self.programs else None

    @property
    def address(self) -> str:
        """Where a client finds the door."""
        return f"localhost:{self.door or self.port}"

    @property
    def asking(self) -> Prediction | None:
        """The prediction that waits for a digit."""
        return None if self.prediction is None else self.step.predictions[self.prediction]


def nothing_yet(session: Session) -> str:
    """Which file is to be made, and where."""
    outer = session.outer
    if outer is None:
        return "There is nothing to run yet."
    where = f" in {session.folder}" if session.folder else ""
    return f"There is no {outer.spec.file} yet. Save it{where}, and it starts by itself."


def onward(session: Session) -> Step | None:
    """The step that n goes to: after one that has passed as the course says, else simply the next one."""
    steps = session.lab.steps
    if session.step.id in session.progress.passed:
        following = next_after(session.course, session.progress, session.step)
        if following is not None:
            return following
    place = steps.index(session.step)
    return steps[place + 1] if place + 1 < len(steps) else None


def what_next(session: Session) -> str:
    """The next thing to do, as one short sentence."""
    if session.asking is not None and not session.passed:
        return "Predict first: press the number of your guess."
    if session.passed:
        following = onward(session)
        if following is None or following.lab != session.lab.number:
            if all_passed(session.course, session.progress):
                return "That was the last step: all is passed. Press n for what you have now, and what comes."
            return "Press n to see where the road goes on."
        press = "Type n and Enter" if session.stage_open else "Press n"
        return f"{press} to go on to {following.id} {following.title} ({following.minutes} minutes)."
    if session.verdict is not None and session.verdict.outcome is not Outcome.FAILED:
        return "Press r to run the checks again."
    problem = session.verdict.first_problem if session.verdict is not None else None
    if problem is not None and problem.cause == Cause.MISSING_FILE and problem.step != session.step.id:
        return f"A file of {problem.step} is missing, and what that step asks still holds: go back to it with b."
    outer = session.outer
    file = outer.spec.file if outer else "your file"
    if session.step.instead and not session.newest:
        return f"Create {' or '.join(one.file for one in session.lab.instead)} and save it."
    verb = "Change" if file in session.present else "Create"
    if verb == "Change" and problem is not None:
        verb, file = _to_mend(problem.message or "", file)
    if verb == "Move":
        return f"{verb} {file}."
    return f"{verb} {file} and save it."


def _to_mend(message: str, file: str) -> tuple[str, str]:
    """What to do, and to which file: the one that a verdict begins with, or says is not there."""
    if found := _IS_MISSING.match(message):
        return "Create", found["file"]
    if found := _IS_ELSEWHERE.match(message):
        return "Move", found["files"]
    found = _IN_FILE.match(message)
    return "Change", found["file"] if found else file


def same_error(one: str, other: str) -> bool:
    """Whether two outputs end with the same words: of two runs of a program, with the same error."""
    return one.rstrip().rpartition("\n")[2] == other.rstrip().rpartition("\n")[2]


def at_door(session: Session, line: str) -> str:
    """A text with the address that the lesson names turned into the one that the door has."""
    if session.door is None or not session.programs:
        return line
    return at_port(line, session.programs[0].spec.clients_at, session.door)


def step_at_door(session: Session, step: Step) -> Step:
    """A step whose texts name the door as it is."""
    if session.door is None or not session.programs:
        return step
    return step_at_port(step, session.programs[0].spec.clients_at, session.door)


def at_port(line: str, typed: int, door: int) -> str:
    """A text with the typed port of this machine turned into the door's.

    Only loopback addresses are touched (`localhost:8080`, `127.0.0.1:8080`, `[::1]:8080`), and `:8080` with
    nothing before it; a port by itself is what programs type, and stays.
    """
    return re.sub(rf"(localhost|127\.0\.0\.1|\[::1\]|(?<![\w\].])):{typed}(?!\d)", rf"\g<1>:{door}", line)


def step_at_port(step: Step, typed: int, door: int) -> Step:
    """A step whose texts name that door."""
    return replace(
        step,
        text=at_port(step.text, typed, door),
        hints=tuple(at_port(hint, typed, door) for hint in step.hints),
        send=tuple(at_port(line, typed, door) for line in step.send),
    )
