"""Keep what passes in a file: whole lines, each as soon as its exchange is over."""

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from stackwalk.errors import StackwalkError
from stackwalk.trace.opening import looks_saved, saved_sights
from stackwalk.wire.plain import Plain
from stackwalk.wire.records import record_pieces
from stackwalk.wire.sight import Missed, Sight

OWN = 0o600  # what passes may hold passwords and cookies: it is for nobody else
AT_ONCE = 256 * 1024  # bytes of lines that are written at once


def save_again(path: Path, sights: Iterable[Sight]) -> None:
    """Add what was saved before to another file, as a whole. StackwalkError where that can't be."""
    try:
        raise_unless_saved(path)
        if path.suffix == ".jsonl":
            _make(path, _lines_after(path, sights))
        else:
            _make(path, _har_after(path, sights))
    except OSError as problem:
        raise _not_written(path, problem) from problem


def raise_unless_saved(path: Path) -> None:
    """StackwalkError where there is a file, and no trace made it."""
    if _is_there(path) and not looks_saved(path):
        raise StackwalkError(
            f"{path} holds something else than a trace of stackwalk, and is left as it is.",
            "Choose another name for --save.",
        )


class Saver:
    """A file of records that grows, and what becomes of it at the end. To be closed.

    Lines are written to FILE.jsonl as they come; of FILE.har the lines are in FILE.har.jsonl until `finish`.
    What is there already stays, in a HAR too: these are added to it.
    """

    def __init__(self, path: Path, epoch: float) -> None:
        self.path = path
        self.count = 0  # exchanges, and other records, that are in the file
        self.problem: str | None = None  # why nothing more is saved
        self._epoch = epoch
        self._lines = bytearray()  # to be written
        self._waiting = 0  # records among them
        self._written = 0  # bytes of them that are in the file, where they are long
        self._is_har = path.suffix == ".har"
        self.lines = path.with_name(f"{path.name}.jsonl") if self._is_har else path
        try:
            raise_unless_saved(path)
            raise_unless_saved(self.lines)
            self._file = os.open(self.lines, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, OWN)
            self._end = os.fstat(self._file).st_size
            if self._end and os.pread(self._file, 1, self._end - 1) != b"\n":
                self._lines += b"\n"  # what wrote it was killed in the middle of a line
                self.flush()
        except OSError as problem:
            raise _not_written(self.lines, problem) from problem

    def add(self, sights: Iterable[Sight | Plain]) -> None:
        """Keep these; with the return they are in the file. A file that takes nothing more is `problem`."""
        for sight in sights:
            self.put(sight)
        self.flush()

    def put(self, sight: Sight | Plain) -> None:
        """Keep it, with the next `flush` at the latest."""
        if isinstance(sight, Plain):
            self._lines += sight.record(self._epoch)
            self._waiting += 1
        else:
            before = self._written + len(self._lines)
            for piece in record_pieces(sight, self._epoch):
                self._lines += piece
                if len(self._lines) >= AT_ONCE:
                    self._write()
            self._waiting += self._written + len(self._lines) > before and not isinstance(sight, Missed)
        if len(self._lines) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is kept: whole lines."""
        self._write()
        if self.problem is None:
            self._end += self._written
            self.count += self._waiting
        self._waiting = self._written = 0

    def finish(self) -> None:
        """Make the HAR, if one was asked for. StackwalkError where it can't be; the lines stay then."""
        if not self._is_har or self.problem is not None:
            return
        try:
            if _is_there(self.path) and not looks_saved(self.path):
                raise OSError(errno.EEXIST, "something else has come to be there")
            _make(self.path, _har_after(self.path, saved_sights(self.lines)))
            self.lines.unlink()
        except OSError as problem:
            raise StackwalkError(
                f"{self.path} could not be made ({problem.strerror}); what passed is in {self.lines}.",
                f"Type: stackwalk trace --open {self.lines} --save OTHER.har",
            ) from problem

    def close(self) -> None:
        os.close(self._file)

    def _write(self) -> None:
        lines, self._lines = self._lines, bytearray()
        if self.problem is not None or not lines:
            return
        left = memoryview(lines)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as problem:
            self.problem = problem.strerror or str(problem)
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._end)  # no half line
            return
        self._written += len(lines)


def _make(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file as a whole: until it is, whatever was there stays."""
    part = path.with_name(f"{path.name}.part")
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, OWN)
        with os.fdopen(number, "wb") as file:
            for piece in pieces:
                file.write(piece)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _lines_after(path: Path, sights: Iterable[Sight]) -> Iterator[bytes]:
    """What is in a file, and these."""
    last = b""
    for last in _beginning(path):
        yield last
    if last and not last.endswith(b"\n"):
        yield b"\n"  # what wrote it was killed in the middle of a line
    for sight in sights:
        yield from record_pieces(sight, 0.0)


def _har_after(path: Path, sights: Iterable[Sight]) -> Iterator[bytes]:
    from stackwalk.wire.har import END, har_pieces

    last = b""
    for last in _beginning(path, len(END)):
        yield last
    yield from (piece.encode("ascii") for piece in har_pieces(sights, follows=last[-1:].decode("latin-1")))


def _beginning(path: Path, without: int = 0) -> Iterator[bytes]:
    """What is in a file, but for so many bytes at its end; nothing where there is none."""
    if not _is_there(path):
        return
    left = path.stat().st_size - without
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(AT_ONCE, left))):
            left -= len(piece)
            yield piece


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _not_written(path: Path, problem: OSError) -> StackwalkError:
    return StackwalkError(f"{path} can't be written ({problem.strerror}).", "Choose a file that you can write.")
