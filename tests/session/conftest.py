"""A small course, and a player that plays a lab with no terminal, no process and no clock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.lesson import Course, Lab, Prediction, Progress, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.session.session.actions import Action, Launch, RunCheck, Say
from stackwalk.session.session.events import Event, Judged, Key, Port, ProgramListening, Saved
from stackwalk.session.session.react import begin, react
from stackwalk.session.session.state import Session

NOWHERE = Path("/nowhere")


def step_of(number: int, name: str, **changes: object) -> Step:
    """A step of lab 1, core unless it is said otherwise."""
    values: dict[str, object] = {
        "id": f"1.{number}",
        "lab": 1,
        "number": number,
        "name": name,
        "title": name,
        "kind": "core",
        "live": False,
        "minutes": 5,
        "essence": f"The essence of {name}.",
        "text": f"# {name}\n\nType it.\n",
        "hints": ("Look there.", "The idea.", "The line."),
        "send": ("curl -v http://localhost:8080/", "curl http://localhost:8080/index.html"),
        "predictions": (),
        "words": (),
        "folder": NOWHERE,
        "check": NOWHERE,
        "start": None,
        "solution": None,
        "replaces": frozenset(),
    }
    return Step(**(values | changes))  # type: ignore[arg-type]


QUESTIONS = (
    Prediction("How many requests?", ("1", "2", "3"), 2, "Nobody asked for the icon."),
    Prediction("What comes?", ("404", "your source code"), 1, "A path is only a name."),
)
STEPS = (
    step_of(0, "you are the server", live=True, check=None, hints=(), send=()),
    step_of(1, "listen"),
    step_of(2, "answer"),
    step_of(3, "resources", predictions=QUESTIONS),
)
LAB = Lab(
    number=1,
    name="sockets",
    title="Sockets",
    question="What is a web server?",
    why="Bytes.",
    folder=NOWHERE,
    programs=(ProgramSpec("server", ("python", "server.py"), "server.py", 8080),),
    patience=None,
    mistakes=None,
    steps=STEPS,
)
COURSE = Course(NOWHERE, (LAB,), ())


def verdict_of(step: str, *outcomes: Outcome, cause: Cause = Cause.SILENT, name: str = "check") -> Verdict:
    """A verdict with a finding for each outcome."""
    findings = tuple(
        Finding(
            step=step,
            name=f"{name}_{number}",
            title=f"claim {number}",
            outcome=outcome,
            cause=cause if outcome in (Outcome.FAILED, Outcome.BLOCKED) else None,
            message="It did not." if outcome is Outcome.FAILED else "",
        )
        for number, outcome in enumerate(outcomes, 1)
    )
    return Verdict(asked=step, steps=(step,), seed="7", seconds=0.2, findings=findings)


class Player:
    """Plays a session, and keeps what it asked for."""

    def __init__(
        self, step: str = "1.1", present: tuple[str, ...] = (), progress: Progress | None = None, folder: str = ""
    ) -> None:
        self.at = 0.0
        self.actions: tuple[Action, ...]
        self.session: Session
        self.session, self.actions = begin(
            COURSE, LAB, COURSE.step(step), progress or Progress(), present=present, at=self.at, folder=folder
        )

    def feed(self, event: Event) -> tuple[Action, ...]:
        self.session, self.actions = react(self.session, event)
        return self.actions

    def key(self, name: str) -> tuple[Action, ...]:
        return self.feed(Key(name, self.at))

    def save(self, *paths: str, present: tuple[str, ...] = ("server.py",)) -> tuple[Action, ...]:
        self.at += 10
        return self.feed(Saved(paths or ("server.py",), frozenset(present), self.at))

    def listen(self, typed: int = 8080, real: int = 40001, address: str = "127.0.0.1") -> tuple[Action, ...]:
        return self.feed(ProgramListening(self.session.launches, (Port(address, real, typed),)))

    def judge(self, *outcomes: Outcome, cause: Cause = Cause.SILENT, name: str = "check") -> tuple[Action, ...]:
        verdict = verdict_of(self.session.step.id, *outcomes, cause=cause, name=name)
        return self.feed(Judged(self.session.run, verdict))

    def asked(self, kind: type[Action]) -> list[Action]:
        return [action for action in self.actions if isinstance(action, kind)]

    @property
    def said(self) -> str:
        """All sentences of the last reaction."""
        return "\n".join(action.text for action in self.actions if isinstance(action, Say))

    @property
    def launched(self) -> list[Action]:
        return self.asked(Launch)

    @property
    def checked(self) -> list[Action]:
        return self.asked(RunCheck)


@pytest.fixture(scope="session")
def play() -> Callable[..., Player]:
    """Open a lab: play("1.1", present=("server.py",))."""
    return Player
