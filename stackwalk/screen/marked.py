"""Lines of a program's output in rows of a given width; a mark under an error's place stays under it.

Python writes `^^^^` on a line of its own. Where the line above it is too long for the screen, each row of it gets its
own piece of the mark.
"""

import re
from collections.abc import Iterator, Sequence

_MARK = re.compile(r" *[~^][~^ ]*")


def rows_of(lines: Sequence[str], room: int) -> Iterator[tuple[str, bool]]:
    r"""Each row, and whether a line begins with it.

    >>> [row for row, _ in rows_of(["one two", "    ^^^", "three"], 4)]
    ['one ', 'two', '^^^', 'thre', 'e']
    >>> [row for row, _ in rows_of(["a word and more"], 8)]
    ['a word ', 'and more']
    """
    at = 0
    while at < len(lines):
        line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        marked = len(line) > room and _MARK.fullmatch(below) is not None
        if not marked:
            yield from _between_words(line, room)
            at += 1
            continue
        # A mark may stand behind the last character.
        for start in range(0, max(len(line), len(below), 1), room):
            if start < len(line):
                yield line[start : start + room], start == 0
            mark = below[start : start + room].rstrip()
            if mark:
                yield mark, False
        at += 2


def _between_words(line: str, room: int) -> Iterator[tuple[str, bool]]:
    """A line broken behind a space where there is one in the second half of the row, else at its edge."""
    start = 0
    while len(line) - start > room:
        edge = start + room
        cut = edge if line[edge] == " " else line.rfind(" ", start + room // 2, edge) + 1 or edge
        yield line[start:cut], start == 0
        start = cut + 1 if line[cut] == " " and cut == edge else cut
    yield line[start:], start == 0
