"""Who calls, what was answered so far, and where the learner's turn as a server stands."""

import re
from dataclasses import dataclass, field
from typing import Literal

from stackwalk.session.human.first_line import status_of

Phase = Literal["first line", "headers", "body"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that asked and has not had its answer."""

    number: int
    request: bytes
    body: bytes = b""

    @property
    def first_line(self) -> str:
        return self.request.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r").decode("latin-1")

    @property
    def method(self) -> str:
        return self.first_line.partition(" ")[0]

    @property
    def target(self) -> str:
        return [*self.first_line.split(" "), ""][1]

    @property
    def asked_for(self) -> str:
        """The target, cut where it is long; a word where there is none."""
        if not self.target:
            return "something"
        return self.target if len(self.target) <= 40 else self.target[:40] + "…"

    @property
    def is_browser(self) -> bool:
        return self.header("user-agent").startswith("Mozilla")

    @property
    def name(self) -> str:
        """What to call it inside a sentence, by the header that says who asks."""
        if self.header("user-agent").startswith("curl"):
            return "curl"
        return "the browser" if self.is_browser else "the client"

    @property
    def named(self) -> str:
        """The same at the beginning of a sentence; curl's name stays small."""
        return "curl" if self.name == "curl" else self.name.capitalize()

    def header(self, name: str) -> str:
        found = re.search(rf"(?im)^{re.escape(name)}:[ \t]*([^\r\n]*)", self.request.decode("latin-1"))
        return found[1].strip() if found else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was sent so far to the present caller."""

    first_line: str | None = None
    headers: tuple[str, ...] = ()
    sound: bool = True  # nothing was sent that was held before
    page: str | None = None

    @property
    def status(self) -> int | None:
        return status_of(self.first_line or "")

    @property
    def whole(self) -> bool:
        """Whether it is what the step asks for: a first line that clients take, an empty line, a page."""
        return self.sound and self.status is not None and self.page is not None

    def header(self, name: str) -> str | None:
        for line in self.headers:
            key, _, value = line.partition(":")
            if key.strip().lower() == name:
                return value.strip()
        return None


@dataclass(frozen=True, slots=True)
class Human:
    """The learner as a server."""

    address: str = "http://localhost:8080"
    current: Caller | None = None
    waiting: tuple[Caller, ...] = ()
    silent: frozenset[int] = frozenset()
    phase: Phase = "first line"
    held: str | None = None
    answer: Answer = field(default_factory=Answer)
    sent_off: tuple[tuple[Caller, Answer], ...] = ()  # answered and closed; whether it arrived is not known yet
    answered: int = 0  # answers that were closed, whole or not
    succeeded: bool = False
    spares_told: bool = False
