"""A lab's oddities: what strange clients send to a server on an open port, recorded as plain steps.

oddities.toml says in its own head how one is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from stackwalk.course.table import Table, read_table
from stackwalk.errors import StackwalkError

End = Literal["close", "half", "reset", "stay"]
ENDS = ("close", "half", "reset", "stay")
DESERTS = (
    "page", "picture", "lines", "length", "type", "head", "no body", "refusal", "answer", "answer late", "inside",
)  # fmt: skip
MOST_SENT = 2_000_000  # bytes of one oddity
MOST_WAITED = 1.0  # seconds of one wait
MOST_CLIENTS = 50


@dataclass(frozen=True, slots=True)
class Send:
    """Send a text; names in braces are filled in, and each letter is one byte."""

    text: str


@dataclass(frozen=True, slots=True)
class SendBytes:
    """Send bytes as they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing for so many seconds."""

    seconds: float


Act = Send | SendBytes | Wait


@dataclass(frozen=True, slots=True)
class Oddity:
    """One strange client, or several that do the same."""

    name: str
    kind: str
    step: str  # "1.5": with which it is won
    acts: tuple[Act, ...]
    clients: int  # how many do it, each on a connection of its own
    gets: tuple[str, ...]  # what must be true of its answer; empty: nobody looks at it
    end: End | None  # None: it listens for a moment, then closes


@dataclass(frozen=True, slots=True)
class OddityKind:
    """Oddities of one kind."""

    name: str
    step: str
    says: str  # one or two sentences
    oddities: tuple[Oddity, ...]


def read_oddities(file: Path) -> tuple[Oddity, ...]:
    """All oddities of a file, in its order. Raises StackwalkError where it is malformed."""
    return tuple(oddity for kind in read_kinds(file) for oddity in kind.oddities)


def read_kinds(file: Path) -> tuple[OddityKind, ...]:
    """The kinds of a file. Raises StackwalkError where it is malformed or has two oddities of one name."""
    table = read_table(file)
    table.whole("format", 1, 1)
    kinds = tuple(_read_kind(one) for one in table.tables("kind"))
    table.finish()
    seen: set[str] = set()
    for oddity in (oddity for kind in kinds for oddity in kind.oddities):
        if oddity.name in seen:
            raise StackwalkError(f"{file}: two oddities are called {oddity.name!r}.", "Rename one of them.")
        seen.add(oddity.name)
    return kinds


def _read_kind(table: Table) -> OddityKind:
    name, step, says = table.text("name"), table.text("step"), table.text("says")
    lists = table.lists("oddities")
    table.finish()
    return OddityKind(name, step, says, tuple(read_oddity(table, name, step, one, lists[one]) for one in lists))


def read_oddity(table: Table, kind: str, step: str, name: str, items: list[object]) -> Oddity:
    """One oddity, from the list of what its client does. Raises StackwalkError where it is malformed."""
    acts: list[Act] = []
    clients, end = 1, None
    gets: tuple[str, ...] = ()
    for item in items:
        match item:
            case str():
                acts.append(Send(item))
            case {"hex": str(digits), **rest} if not rest:
                acts.append(SendBytes(_bytes(table, name, digits)))
            case {"many": str(text), "times": int(times), **rest} if not rest:
                acts.append(Send(text * _at_most(table, name, times, MOST_SENT // max(1, len(text)))))
            case {"ask": str(line), **rest} if not rest:
                acts.append(Send(_as_a_browser(line)))
            case {"wait": float() | int() as seconds, **rest} if not rest and 0 < seconds <= MOST_WAITED:
                acts.append(Wait(float(seconds)))
            case {"again": int(number), **rest} if not rest:
                clients = _at_most(table, name, number, MOST_CLIENTS)
            case {"gets": list(what), **rest} if not rest and what and all(one in DESERTS for one in what):
                gets = tuple(str(one) for one in what)
            case {"end": str(how), **rest} if not rest and how in ENDS:
                end = cast(End, how)
            case _:
                raise table.wrong(f"{name!r} has {item!r}, which means nothing", "The file's head says what does.")
    if any(isinstance(act, Send) and not act.text.isascii() and max(act.text) > "\xff" for act in acts):
        raise table.wrong(f"{name!r} has a letter beyond one byte", "Write its bytes one by one, as \\u00c3\\u00a9.")
    return Oddity(name, kind, step, tuple(acts), clients, gets, end)


def _as_a_browser(line: str) -> str:
    return f"{line}\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n"


def _bytes(table: Table, name: str, digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise table.wrong(f"{name!r} has hex that is none: {digits!r}", "Write pairs of digits: 16 03 01.") from None


def _at_most(table: Table, name: str, number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise table.wrong(f"{name!r} has {number}", f"Write a number from 1 to {most}.")
    return number


def joined(acts: Iterable[Act], names: Mapping[str, str]) -> tuple[bytes | Wait, ...]:
    """What is sent in one go, with the names filled in, and the waits between."""
    done: list[bytes | Wait] = []
    for act in acts:
        if isinstance(act, Wait):
            done.append(act)
            continue
        data = act.data if isinstance(act, SendBytes) else _filled(act.text, names)
        if done and isinstance(done[-1], bytes):
            done[-1] += data
        else:
            done.append(data)
    return tuple(done)


def _filled(text: str, names: Mapping[str, str]) -> bytes:
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text.encode("latin-1")
