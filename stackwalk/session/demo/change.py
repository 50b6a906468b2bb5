"""What is typed to come from one state of a folder to the next, as lines. Pure."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

AROUND = 2  # lines that are shown on each side of what changes


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a file as it is shown: it stays, is typed, is taken out, or stands for lines left out."""

    kind: Literal["same", "typed", "gone", "skipped"]
    text: str  # without its line end; of "skipped": how many lines


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file."""

    name: str
    fresh: bool  # there was no such file
    pieces: tuple[Piece, ...]


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What is typed in each file that is new or other than it was, by name, the longest file last not least.

    >>> changes({"a": "1\\n2\\n"}, {"a": "1\\n3\\n"})[0].pieces[-1]
    Piece(kind='typed', text='3')
    """
    return tuple(
        Change(name, name not in before, _pieces(before.get(name, ""), text))
        for name, text in sorted(after.items())
        if before.get(name) != text
    )


def _pieces(before: str, after: str) -> tuple[Piece, ...]:
    old, new = before.splitlines(), after.splitlines()
    pieces: list[Piece] = []
    # Short lines alike are no sign of being the same place: no line is taken for junk.
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            pieces += _context(old[i:j], first=i == 0, last=j == len(old))
        pieces += [Piece("gone", line) for line in old[i:j] if what != "equal"]
        pieces += [Piece("typed", line) for line in new[k:m] if what != "equal"]
    return tuple(pieces)


def _context(lines: list[str], first: bool, last: bool) -> list[Piece]:
    """Of lines that stay, those next to a change."""
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    left_out = len(lines) - head - tail
    if left_out <= 1:
        return [Piece("same", line) for line in lines]
    shown = [Piece("same", line) for line in lines]
    return [*shown[:head], Piece("skipped", str(left_out)), *shown[len(shown) - tail :]]
