"""What an open lab asks the world to do, and what it asks to be drawn, as frozen values. Pure."""

from dataclasses import dataclass
from typing import Literal

from stackwalk.check.compared import Compared
from stackwalk.check.verdict import Verdict
from stackwalk.course.lesson import Lab, Prediction, Progress, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.session.session.events import Port
from stackwalk.whole.journey import Journey
from stackwalk.wire.sight import Sight

Tone = Literal["plain", "good", "bad", "ask"]


@dataclass(frozen=True, slots=True)
class Launch:
    """Start the lab's program of that index, ending what ran under it before."""

    program: int
    launch: int
    moved: bool  # whether its port is moved, so that the door can be ours


@dataclass(frozen=True, slots=True)
class Become:
    """From now on these are the programs, outermost first, and what stands behind them by name."""

    programs: tuple[ProgramSpec, ...]
    services: tuple[ProgramSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class EndPrograms:
    """End every program that was launched."""


@dataclass(frozen=True, slots=True)
class RunCheck:
    """Grade that step; a run under way is dropped."""

    run: int
    step: str


@dataclass(frozen=True, slots=True)
class DropCheck:
    """Drop the run under way."""


@dataclass(frozen=True, slots=True)
class PlayDay:
    """Count the oddities that the program survives; a day under way is dropped."""

    day: int


@dataclass(frozen=True, slots=True)
class DropDay:
    """Drop the day under way, if there is one."""


@dataclass(frozen=True, slots=True)
class PlayComparison:
    """Ask the same of the programs that the step compares; one under way is dropped."""

    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class DropComparison:
    """Drop the comparison under way, if there is one."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the door leads: to a port; nowhere (None: clients are closed at once); or they wait ("hold")."""

    target: Port | Literal["hold"] | None


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Take that door, or the first free one above it."""

    port: int


@dataclass(frozen=True, slots=True)
class ReclaimDoor:
    """Take that door in place of the present one, if it is free by now."""

    port: int


@dataclass(frozen=True, slots=True)
class ShutDoor:
    """Let go of the door."""


@dataclass(frozen=True, slots=True)
class OpenStage:
    """Begin the live step: the learner holds the door."""

    step: Step


@dataclass(frozen=True, slots=True)
class CloseStage:
    """End the live step."""


@dataclass(frozen=True, slots=True)
class WriteProgress:
    """Write down what the learner has done."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Run a curl line."""

    line: str


@dataclass(frozen=True, slots=True)
class PutStart:
    """Put the files that a step gives, where nothing stands."""

    step: Step


@dataclass(frozen=True, slots=True)
class Leave:
    """End the lab with that exit status."""

    status: int


@dataclass(frozen=True, slots=True)
class Say:
    """Draw one or two sentences of ours."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class ShowWhy:
    """Draw what the lab is for."""

    lab: Lab


@dataclass(frozen=True, slots=True)
class ShowLesson:
    """Draw the lesson of a step."""

    step: Step


@dataclass(frozen=True, slots=True)
class ShowVerdict:
    """Draw a verdict whole, with the next thing to do."""

    verdict: Verdict
    next_line: str
    known: str = ""  # the traceback that has just been shown


@dataclass(frozen=True, slots=True)
class ShowJourney:
    """A client's exchange with those that it led to."""

    journey: Journey
    ports: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ShowComparison:
    """What came of a comparison."""

    compared: Compared


@dataclass(frozen=True, slots=True)
class ShowStack:
    """The stack as it is now."""


@dataclass(frozen=True, slots=True)
class ShowSight:
    """Draw what crossed the door."""

    sight: Sight


@dataclass(frozen=True, slots=True)
class ShowPrinted:
    """Draw what a program printed."""

    program: str
    lines: tuple[str, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class ShowTraceback:
    """Draw how a program ended: the learner's own traceback, or its last words."""

    program: str
    text: str


@dataclass(frozen=True, slots=True)
class ShowSent:
    """Draw what a client that we ran has printed."""

    output: bytes


@dataclass(frozen=True, slots=True)
class ShowHint:
    """Draw a hint, from 1."""

    step: Step
    level: int


@dataclass(frozen=True, slots=True)
class ShowPrediction:
    """Ask a prediction."""

    prediction: Prediction
    number: int  # from 1
    of: int


@dataclass(frozen=True, slots=True)
class ShowAnswer:
    """Say what is right; never graded."""

    prediction: Prediction
    chosen: int


@dataclass(frozen=True, slots=True)
class ShowWords:
    """Draw the course's map of words."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class ShowKeys:
    """Draw what the keys do."""

    keys: tuple[tuple[str, str], ...]


Show = (
    Say
    | ShowWhy
    | ShowLesson
    | ShowVerdict
    | ShowSight
    | ShowStack
    | ShowComparison
    | ShowJourney
    | ShowPrinted
    | ShowTraceback
    | ShowSent
    | ShowHint
    | ShowPrediction
    | ShowAnswer
    | ShowWords
    | ShowKeys
)
Action = (
    Launch
    | Become
    | EndPrograms
    | RunCheck
    | DropCheck
    | PlayDay
    | DropDay
    | PlayComparison
    | DropComparison
    | Aim
    | OpenDoor
    | ReclaimDoor
    | ShutDoor
    | OpenStage
    | CloseStage
    | WriteProgress
    | SendRequest
    | PutStart
    | Leave
    | Show
)
