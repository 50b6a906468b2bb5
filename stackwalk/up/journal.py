"""What the parts of a stack print and log: put together as lines, bounded, for this terminal and for others."""

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

MOST = 5000  # lines that are kept
LONGEST = 2000  # characters of one


class Line(NamedTuple):
    """One line of one part."""

    number: int  # from 1
    part: str
    text: str


class Journal:
    """Lines by number; written to from any thread."""

    def __init__(self, ring: Callable[[], None]) -> None:
        """`ring` is called when there is something new; it must not wait."""
        self._ring = ring
        self._lock = threading.Lock()
        self._lines: deque[Line] = deque(maxlen=MOST)
        self._count = 0

    def add(self, part: str, texts: tuple[str, ...]) -> None:
        """Take in lines of a part."""
        with self._lock:
            for text in texts:
                self._count += 1
                self._lines.append(Line(self._count, part, text[:LONGEST]))
        self._ring()

    def after(self, number: int, part: str | None = None) -> tuple[int, list[Line]]:
        """The lines that came after that one, of one part or of all; and the number of the last one of any."""
        with self._lock:
            # Of what was kept only the end is new, most of the time.
            found: list[Line] = []
            for line in reversed(self._lines):
                if line.number <= number:
                    break
                found.append(line)
            return self._count, [line for line in reversed(found) if part is None or line.part == part]
