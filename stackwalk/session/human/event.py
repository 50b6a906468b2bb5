"""What happens while the learner is the server, and what is to be done about it.

Texts are plain: they may quote what was typed or sent, and whoever draws them makes them safe.
"""

from dataclasses import dataclass
from typing import Literal

Oddity = Literal["tls", "too long", "crowd"]
TellKind = Literal["asks", "waits", "type", "held", "note", "gone", "done"]


# What happens ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connected:
    """Somebody opened a connection; nothing was said yet."""

    caller: int


@dataclass(frozen=True, slots=True)
class Called:
    """A whole request head has come: its bytes as they were sent, the empty line included."""

    caller: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """The beginning of what came behind the head, as a POST does."""

    caller: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Odd:
    """A connection that was closed unanswered: it speaks TLS, its head never ends, or too many are open."""

    caller: int
    oddity: Oddity


@dataclass(frozen=True, slots=True)
class Left:
    """The client closed its connection before it was answered, or reset it."""

    caller: int


@dataclass(frozen=True, slots=True)
class Received:
    """After our end: all was taken, and the client closed without complaint."""

    caller: int


@dataclass(frozen=True, slots=True)
class Line:
    """What the learner entered; several lines with "\\n" between them when a block was pasted."""

    text: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The key that ends the present connection (Ctrl+D)."""


HumanEvent = Connected | Called | Brought | Odd | Left | Received | Line | HangUp


# What is to be done ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    caller: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    caller: int


@dataclass(frozen=True, slots=True)
class Show:
    """Bytes that a client sent, to be shown line by line, ends visible: a head, or part of a body."""

    caller: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Tell:
    """A sentence for the learner, not yet safe for a terminal: it may quote what was typed or sent."""

    kind: TellKind
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A single letter (or its word) that was meant for stackwalk: one of q n b h l s ?."""

    letter: str


@dataclass(frozen=True, slots=True)
class Succeeded:
    """An answer that was typed (first line, empty line, page) reached a client, which then got the end."""

    caller: int


HumanAct = Send | Close | Show | Tell | Command | Succeeded
