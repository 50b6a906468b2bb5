"""What the parts of a stack print and log: put together as lines, bounded, for this terminal and for others."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MOST = 5000  # lines that are kept
LONGEST = 2000  # characters of one
AT_ONCE = 256 * 1024  # bytes of a log taken at once


@dataclass(frozen=True, slots=True)
class Line:
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


class Tail:
    """One log file, read as it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._begun = b""

    def read(self) -> tuple[str, ...]:
        """The lines that were written since."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                self._at = self._at if self._at <= size else 0  # it was begun anew
                file.seek(self._at)
                data = file.read(AT_ONCE)
        except OSError:
            return ()
        self._at += len(data)
        *whole, self._begun = (self._begun + data).split(b"\n")
        self._begun = self._begun[-LONGEST:]
        return tuple(line.decode("utf-8", "replace") for line in whole)
