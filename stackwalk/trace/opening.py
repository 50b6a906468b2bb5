"""Read what a trace has saved: lines, or a HAR."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from stackwalk.errors import StackwalkError
from stackwalk.trace.longlines import records_of
from stackwalk.wire.sight import Answered, Begun, Opened, Sight, Unanswered, Unreadable

LONGEST_LINE = 64 * 1024  # bytes: enough to see that it is a record
HAVE_EXCHANGE = (Answered, Begun, Unanswered, Unreadable)
MARK = b'{"format":'


def looks_saved(path: Path) -> bool:
    """Whether a file is one that `--save` has written, or begins like one."""
    with path.open("rb") as file:
        if path.suffix != ".har":
            return file.readline(LONGEST_LINE).startswith(MARK)
        from stackwalk.wire.har import BEGIN, END

        begins = file.read(len(BEGIN)) == BEGIN.encode("ascii")
        file.seek(-min(len(END), file.seek(0, os.SEEK_END)), os.SEEK_END)
        return begins and file.read() == END.encode("ascii")


def saved_sights(path: Path) -> Iterator[Sight]:
    """What the lines of a file tell; those that tell nothing are left out."""
    return (sight for sight in records_of(path) if sight is not None)


class Saved:
    """A file that was saved; `damaged` counts what could not be read of it."""

    def __init__(self, path: Path) -> None:
        self.damaged = 0
        self._path = path
        self._known: set[int] = set()  # connections
        self._records = 0

    def sights(self) -> Iterator[Sight]:
        """What is in it, with an `Opened` before the first of each connection. StackwalkError: it is no trace."""
        try:
            for sight in self._har() if self._path.suffix == ".har" else self._lines():
                self._records += 1
                if sight.connection not in self._known and sight.connection:
                    self._known.add(sight.connection)
                    exchange = sight.exchange if isinstance(sight, HAVE_EXCHANGE) else None
                    opened = None if exchange is None else exchange.opened_at
                    yield Opened(sight.connection, sight.at if opened is None else opened, "")
                yield sight
        except OSError as problem:
            raise StackwalkError(
                f"{self._path} can't be read ({problem.strerror}).", "Say the name of a file that --save has made."
            ) from problem
        if not self._records and self.damaged:
            raise self._no_trace()

    def _lines(self) -> Iterator[Sight]:
        for sight in records_of(self._path):
            if sight is None:
                self.damaged += 1
            else:
                yield sight

    def _har(self) -> Iterator[Sight]:
        from stackwalk.wire.har import read_har

        try:
            log = json.loads(self._path.read_bytes())
            for sight in read_har(log):
                if sight is None:
                    self.damaged += 1
                else:
                    yield sight
        except (ValueError, RecursionError) as problem:
            raise self._no_trace() from problem

    def _no_trace(self) -> StackwalkError:
        return StackwalkError(f"{self._path} holds no trace.", "Say the name of a file that --save has made.")
