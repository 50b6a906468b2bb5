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
    """
    at = 0
    while at < len(lines):
        line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        marked = len(line) > room and _MARK.fullmatch(below) is not None
        # A mark may stand behind the last character.
        for start in range(0, max(len(line), len(below) if marked else 0, 1), room):
            if start < len(line) or start == 0:
                yield line[start : start + room], start == 0
            mark = below[start : start + room].rstrip() if marked else ""
            if mark:
                yield mark, False
        at += 2 if marked else 1
