"""What a run of checks found, as frozen values, to and from the public JSON format.

The outcome of a verdict is the worst of its findings, and a verdict without findings never passes: it
is blocked when its message says why nothing could run, and broken when nobody says anything.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

FORMAT = 1
Side = Literal["client", "server"]


class Outcome(StrEnum):
    """How one check ended; a skipped one never decides."""

    PASSED = "passed"
    FAILED = "failed"  # the learner's program falls short
    SKIPPED = "skipped"  # a check of an earlier step failed
    BLOCKED = "blocked"  # this machine lacks something
    BROKEN = "broken"  # our own slip


EXIT_CODES = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.BLOCKED: 2, Outcome.BROKEN: 3}


class Cause(StrEnum):
    """Why a check failed or was blocked; readers of the JSON accept others as well."""

    CRASHED = "crashed"
    EXITED = "exited"
    NOT_LISTENING = "not-listening"
    WRONG_ADDRESS = "wrong-address"
    SILENT = "silent"
    CLOSED_EARLY = "closed-early"
    RESET = "reset"
    TOO_SLOW = "too-slow"
    TOO_MUCH_OUTPUT = "too-much-output"
    TOO_MUCH_MEMORY = "too-much-memory"
    TOO_MANY_PROCESSES = "too-many-processes"
    LEFT_BEHIND = "left-behind"
    WRONG_ANSWER = "wrong-answer"
    MISSING_FILE = "missing-file"
    UNREADABLE_FILE = "unreadable-file"
    PORT_TAKEN = "port-taken"
    NEEDS = "needs"

    @property
    def outcome(self) -> Outcome:
        """FAILED, or BLOCKED for what the machine lacks."""
        return Outcome.BLOCKED if self in (Cause.PORT_TAKEN, Cause.NEEDS) else Outcome.FAILED


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that one side sent; at: seconds since the check's first connection."""

    at: float
    sender: Side
    data: bytes
    omitted: int = 0  # bytes that followed these and are not kept

    def to_value(self) -> dict[str, Any]:
        """The piece as JSON values."""
        value: dict[str, Any] = {
            "at": round(self.at, 6),
            "from": self.sender,
            "bytes_b64": base64.b64encode(self.data).decode("ascii"),
        }
        if self.omitted:
            value["omitted"] = self.omitted
        return value

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> "Piece":
        """The piece that to_value wrote."""
        data = base64.b64decode(value["bytes_b64"])
        return cls(value["at"], value["from"], data, value.get("omitted", 0))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    step: str
    name: str
    title: str
    outcome: Outcome
    cause: Cause | str | None = None
    message: str = ""
    expected: str = ""
    actual: str = ""
    hint: str = ""
    transcript: tuple[Piece, ...] = ()
    output: str = ""  # the learner's traceback or the last lines that the program printed
    seconds: float = 0.0  # that the check took
    works: str = ""  # what the program does already, where the check fell short
    notes: tuple[str, ...] = ()  # what could be better in the learner's files besides, a sentence or two each

    def to_value(self) -> dict[str, Any]:
        """The finding as JSON values."""
        value: dict[str, Any] = {
            "step": self.step,
            "name": self.name,
            "title": self.title,
            "outcome": self.outcome.value,
            "cause": None if self.cause is None else str(self.cause),
            "message": self.message,
            "expected": self.expected,
            "actual": self.actual,
            "hint": self.hint,
            "transcript": [piece.to_value() for piece in self.transcript],
            "output": self.output,
            "seconds": round(self.seconds, 6),
        }
        if self.works:
            value["works"] = self.works
        if self.notes:
            value["notes"] = list(self.notes)
        return value

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> "Finding":
        """The finding that to_value wrote; an unknown cause stays a plain string."""
        return cls(
            step=value["step"],
            name=value["name"],
            title=value["title"],
            outcome=Outcome(value["outcome"]),
            cause=cause_from(value["cause"]),
            message=value["message"],
            expected=value["expected"],
            actual=value["actual"],
            hint=value["hint"],
            transcript=tuple(Piece.from_value(piece) for piece in value["transcript"]),
            output=value.get("output", ""),
            seconds=value.get("seconds", 0.0),
            works=value.get("works", ""),
            notes=tuple(value.get("notes", ())),
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings of one run, in the order in which the checks ran."""

    asked: str  # the step graded, "1", "all", or what was typed
    steps: tuple[str, ...]  # those of which a check ran
    seed: str
    seconds: float
    findings: tuple[Finding, ...]
    message: str | None = None  # why there are no findings

    @property
    def outcome(self) -> Outcome:
        """The worst outcome found; without a passed check it is never PASSED."""
        found = {finding.outcome for finding in self.findings}
        for worst in (Outcome.BROKEN, Outcome.BLOCKED, Outcome.FAILED, Outcome.PASSED):
            if worst in found:
                return worst
        return Outcome.BLOCKED if self.message and not self.findings else Outcome.BROKEN

    @property
    def passed(self) -> bool:
        """Whether every check that decides has passed."""
        return self.outcome is Outcome.PASSED

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 2 blocked, 3 broken."""
        return EXIT_CODES[self.outcome]

    @property
    def first_problem(self) -> Finding | None:
        """The first finding that decided the outcome; None where it passed or there are none."""
        if self.passed:
            return None
        return next((finding for finding in self.findings if finding.outcome is self.outcome), None)

    def to_value(self) -> dict[str, Any]:
        """The verdict as JSON values; docs/check.schema.json describes them."""
        value: dict[str, Any] = {
            "format": FORMAT,
            "asked": self.asked,
            "steps": list(self.steps),
            "seed": self.seed,
            "seconds": round(self.seconds, 6),
            "outcome": self.outcome.value,
            "checks": [finding.to_value() for finding in self.findings],
        }
        if self.message is not None:
            value["message"] = self.message
        return value

    def to_json(self) -> str:
        """The verdict as one JSON object, in ASCII and on one line."""
        return json.dumps(self.to_value())

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> "Verdict":
        """The verdict that to_value wrote; ValueError for another format."""
        if value.get("format") != FORMAT:
            raise ValueError(f"format {value.get('format')!r} is not {FORMAT}")
        return cls(
            asked=value["asked"],
            steps=tuple(value["steps"]),
            seed=value["seed"],
            seconds=value["seconds"],
            findings=tuple(Finding.from_value(finding) for finding in value["checks"]),
            message=value.get("message"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Verdict":
        """The verdict that to_json wrote; ValueError for another format or no JSON."""
        return cls.from_value(json.loads(text))


def cause_from(text: str | None) -> Cause | str | None:
    """The Cause of that name; an unknown name stays as it is."""
    try:
        return None if text is None else Cause(text)
    except ValueError:
        return text


def steps_that_ran(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The steps of which a check ran, in the order of the findings."""
    return tuple(dict.fromkeys(f.step for f in findings if f.outcome is not Outcome.SKIPPED))
