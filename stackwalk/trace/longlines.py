"""The lines of a file of records, however long: of a long body the beginning is read, the rest when it is wanted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from stackwalk.wire.message import Request, Response
from stackwalk.wire.records import BODY, read_record
from stackwalk.wire.sight import Answered, Sight, Unanswered, Unreadable

SHORT = 4 * 1024 * 1024  # bytes; a line of fewer is read as it is
BEGINNING = 1024 * 1024  # bytes of base64 that are kept of each body; 4 divides them
MOST = 2 * 1024 * 1024  # bytes of a line between its bodies, and behind them
AT_ONCE = 256 * 1024  # bytes read; 4 divides them

Message = TypeVar("Message", Request, Response)


def records_of(path: Path) -> Iterator[Sight | None]:
    """What the lines tell; None for one that tells nothing that is known. Empty lines are left out."""
    with path.open("rb") as file:
        while line := file.readline(SHORT):
            try:
                if len(line) < SHORT or line.endswith(b"\n"):
                    if line.strip():
                        yield read_record(line)
                else:
                    yield _long(path, file, line)
            except ValueError:
                yield None


def _long(path: Path, file: BinaryIO, line: bytes) -> Sight:
    """Read a long line to its end."""
    short, bodies = _shortened(file, line)
    sight = read_record(short)
    if not isinstance(sight, Answered | Unanswered | Unreadable) or sight.exchange is None:
        return sight
    exchange = sight.exchange
    if len(bodies) != sum(said is not None for said in (exchange.request, exchange.response)):
        raise ValueError("no record has so many bodies")
    found = iter(bodies)
    request = None if exchange.request is None else _with_whole(exchange.request, path, next(found))
    response = None if exchange.response is None else _with_whole(exchange.response, path, next(found))
    return replace(sight, exchange=replace(exchange, request=request, response=response))


def _shortened(file: BinaryIO, line: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """The line with the beginnings of its bodies alone, and where each body is in the file: from, to.

    The file stands behind the line afterwards. ValueError where there is no such line.
    """
    short = bytearray()
    bodies: list[tuple[int, int]] = []
    rest = line
    while (found := rest.find(BODY)) >= 0 and len(bodies) < 2:
        found += len(BODY)
        short += rest[:found]
        begin = file.tell() - len(rest) + found
        rest = rest[found:]
        kept = 0
        while (end := rest.find(b'"')) < 0:
            short += rest[: BEGINNING - kept]
            kept += len(rest[: BEGINNING - kept])
            rest = _more(file, rest)
        short += rest[: min(end, BEGINNING - kept)]
        bodies.append((begin, file.tell() - len(rest) + end))
        # Another one may begin at the border of what has been read.
        rest = rest[end:]
        while not rest.endswith(b"\n") and len(rest) < MOST and BODY not in rest:
            rest += _more(file, rest)
    if rest.endswith(b"\n") and BODY not in rest and bodies:
        return bytes(short + rest), bodies
    while not rest.endswith(b"\n"):
        rest = _more(file, rest)
    raise ValueError("no record is so long")


def _more(file: BinaryIO, before: bytes) -> bytes:
    """What follows of a line; ValueError where nothing does."""
    more = b"" if before.endswith(b"\n") else file.readline(AT_ONCE)
    if not more:
        raise ValueError("the line ends in its middle")
    return more


def _with_whole(said: Message, path: Path, place: tuple[int, int]) -> Message:
    begin, end = place
    if end - begin <= BEGINNING:
        return said
    return replace(said, whole=InFile(path, begin, end))


class InFile:
    """A whole body that a file of records holds."""

    def __init__(self, path: Path, begin: int, end: int) -> None:
        self._path = path
        self._begin = begin
        self._end = end

    def __call__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(self._begin)
            left = self._end - self._begin
            while left > 0 and (piece := file.read(min(AT_ONCE, left))):
                left -= len(piece)
                yield piece
