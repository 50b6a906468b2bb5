"""Long bodies on their way to a record: in files without a name, so that no memory is needed and nothing is left.

What follows of a body comes in pieces, base64 already, and is written down as it comes.
"""

import contextlib
import os
import tempfile
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from stackwalk.wire.lines import encoded_piece
from stackwalk.wire.message import Exchange, Request, Response, Side
from stackwalk.wire.sight import Answered, Sight, Unanswered, Unreadable

IN_MEMORY = 1024 * 1024  # bytes of a body that its exchange holds all the same: enough to show, to explain, to filter
AT_ONCE = 256 * 1024  # characters read from such a file; 4 divides them
FOR_NOBODY = Path("/var/tmp")  # on a disk, where /tmp may be in memory

Key = tuple[int, int, Side]  # connection, number of the exchange on it, side
Message = TypeVar("Message", Request, Response)


class Spool:
    """The bodies whose exchanges are not over."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or (FOR_NOBODY if FOR_NOBODY.is_dir() else None)
        self._following: dict[Key, Following] = {}

    def add(self, line: bytes) -> None:
        """Keep the piece that a line tells. What can't be kept cuts its body short."""
        told = encoded_piece(line)
        if told is None:
            return
        key, begin, text = told
        following = self._following.get(key)
        if following is None:
            try:
                following = Following(self._folder, begin)
            except OSError:
                return  # no room for another file
            self._following[key] = following
        following.add(begin, text)

    def completed(self, sight: Sight) -> Sight:
        """The same sight; its exchange has what has been kept of its bodies."""
        if not self._following or not isinstance(sight, Answered | Unanswered | Unreadable) or sight.exchange is None:
            return sight
        exchange = sight.exchange
        request = self._with_rest(exchange, "client", exchange.request)
        response = self._with_rest(exchange, "server", exchange.response)
        if request is exchange.request and response is exchange.response:
            return sight
        return replace(sight, exchange=replace(exchange, request=request, response=response))

    def forget(self, connection: int) -> None:
        """It is over: nothing comes for what is left of it."""
        for key in [key for key in self._following if key[0] == connection]:
            del self._following[key]

    def _with_rest(self, exchange: Exchange, side: Side, said: Message | None) -> Message | None:
        following = self._following.pop((exchange.connection, exchange.number, side), None)
        if following is None or said is None or following.begin != len(said.body):
            return said
        body = said.body + following.beginning(IN_MEMORY - len(said.body))
        if following.begin + following.size <= len(body):
            return replace(said, body=body)
        return replace(said, body=body, whole=following.after(said.body))


class Following:
    """What follows the beginning of one body."""

    def __init__(self, folder: Path | None, begin: int) -> None:
        self.begin = begin  # bytes of the body before it
        self.size = 0  # bytes of it
        self._text_size = 0
        self._is_cut = False
        self._file, name = tempfile.mkstemp(prefix=".stackwalk-body-", dir=folder)
        os.unlink(name)  # noqa: PTH108 - what has no name needs nobody to remove it

    def __del__(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.close(self._file)

    def add(self, begin: int, text: bytes) -> None:
        if begin != self.begin + self.size:
            self._is_cut = True  # a piece before this one was left out
        if self._is_cut:
            return
        left = memoryview(text)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            self._is_cut = True
            return
        self._text_size += len(text)
        self.size += len(text) // 4 * 3 - text[-2:].count(b"=")

    def beginning(self, size: int) -> bytes:
        """So many bytes or a few less, or all of it."""
        return a2b_base64(os.pread(self._file, min(self._text_size, max(0, size) // 3 * 4), 0))

    def after(self, before: bytes) -> "Spooled":
        return Spooled(self, before, self._file, self._text_size)


class Spooled:
    """A whole body, to be read as often as is wanted."""

    def __init__(self, keeper: Following, before: bytes, file: int, size: int) -> None:
        self._keeper = keeper  # keeps the file open
        self._before = b2a_base64(before, newline=False)
        self._file = file
        self._size = size

    def __call__(self) -> Iterator[bytes]:
        yield self._before
        for place in range(0, self._size, AT_ONCE):
            yield os.pread(self._file, min(AT_ONCE, self._size - place), place)
