"""What the probe tells while a program runs: who takes connections, and which files of the workspace it writes.

A pipe into which every process of a program writes a line each time.

It explains, and decides nothing: a line that is lost, or never written, is something that is not known.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stackwalk.stack.scratch import scratch_prefix

_MOST = 64 * 1024  # bytes read at once; a pipe holds as many
_MOST_LINE = 4096  # bytes; so much is written in one piece (PIPE_BUF)
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


@dataclass(frozen=True, slots=True)
class Wrote:
    """A process has opened a file to write it, or has moved one there. `at`: nanoseconds since the epoch."""

    pid: int
    at: int
    path: str  # the whole one


class TellingPipe:
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

    def read(self) -> tuple[Accepts | Wrote, ...]:
        """What has been told since, without waiting. Anyone may have written there: damage is skipped."""
        data = self._rest
        with contextlib.suppress(BlockingIOError):
            data += os.read(self._reading, _MOST)
        *lines, rest = data.split(b"\n")
        self._rest = rest if len(rest) < _MOST_LINE else b""
        return tuple(told for line in lines if (told := _told(line)) is not None)

    def close(self) -> None:
        os.close(self._writing)
        os.close(self._reading)


@contextlib.contextmanager
def telling_pipe() -> Iterator[TellingPipe]:
    """A pipe of that kind, for as long as the block lasts. OSError where none can be made."""
    with tempfile.TemporaryDirectory(prefix=scratch_prefix("telling"), ignore_cleanup_errors=True) as folder:
        pipe = TellingPipe(Path(folder) / "telling")
        try:
            yield pipe
        finally:
            pipe.close()


def _told(line: bytes) -> Accepts | Wrote | None:
    fields = line.split(b" ", 3)
    if len(fields) < 3 or not (fields[1].isdigit() and fields[2].isdigit()) or len(fields[1]) > 9:
        return None
    if len(fields) == 4:
        path = os.fsdecode(fields[3]).replace("%0A", "\n").replace("%25", "%")
        return Wrote(int(fields[1]), int(fields[2]), path) if fields[0] == b"wrote" and len(fields[2]) < 25 else None
    if fields[0] not in _KINDS or len(fields[2]) > 5:
        return None
    return Accepts(_KINDS[fields[0]], int(fields[1]), int(fields[2]))
