"""A log file of the web server, read as it grows."""

from pathlib import Path

LONGEST = 2000  # characters of a line
AT_ONCE = 256 * 1024  # bytes of a log taken at once


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
