"""What the probe tells of who takes connections: a pipe into which every process of a program writes a line each.

It explains, and decides nothing: a line that is lost, or never written, is something that is not known.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_MOST = 64 * 1024  # bytes read at once; a pipe holds as many
_KINDS: dict[bytes, Literal["listen", "serve", "accept"]] = {
    b"listen": "listen",
    b"serve": "serve",
    b"accept": "accept",
}


@dataclass(frozen=True, slots=True)
class Accepts:
    """A process listens; is about to take connections ("serve"); or has taken one, which came from `port`."""

    kind: Literal["listen", "serve", "accept"]
    pid: int
    port: int = 0


class AcceptsPipe:
    """The reading end, for one thread."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path, 0o600)
        self.path = path
        self._reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        # As long as somebody may write, a pipe that nobody writes to has no end.
        self._writing = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._rest = b""

    def fileno(self) -> int:
        """Readable when there is something to `read`."""
        return self._reading

    def read(self) -> tuple[Accepts, ...]:
        """What has been told since, without waiting. Anyone may have written there: damage is skipped."""
        data = self._rest
        with contextlib.suppress(BlockingIOError):
            data += os.read(self._reading, _MOST)
        *lines, rest = data.split(b"\n")
        self._rest = rest if len(rest) < 100 else b""
        return tuple(told for line in lines if (told := _told(line)) is not None)

    def close(self) -> None:
        os.close(self._writing)
        os.close(self._reading)


@contextlib.contextmanager
def accepts_pipe() -> Iterator[AcceptsPipe]:
    """A pipe of that kind, for as long as the block lasts. OSError where none can be made."""
    with tempfile.TemporaryDirectory(prefix="stackwalk-accepts-", ignore_cleanup_errors=True) as folder:
        pipe = AcceptsPipe(Path(folder) / "accepts")
        try:
            yield pipe
        finally:
            pipe.close()


def _told(line: bytes) -> Accepts | None:
    fields = line.split()
    if len(fields) != 3 or fields[0] not in _KINDS or not (fields[1].isdigit() and fields[2].isdigit()):
        return None
    if len(fields[1]) > 9 or len(fields[2]) > 5:
        return None
    return Accepts(_KINDS[fields[0]], int(fields[1]), int(fields[2]))
