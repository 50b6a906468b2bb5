"""The bytes that crossed during one check, with times; what is not kept is counted."""

import time

from stackwalk.check.verdict import Piece, Side

KEPT = 32 * 1024  # bytes that are kept, for each side


class Transcript:
    """What both sides sent, with times since the first piece's connection; of bounded size."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._pieces: list[Piece] = []
        self._kept: dict[Side, int] = {"client": 0, "server": 0}
        self.came = 0  # bytes from the server since the client's last ones

    def begin(self) -> None:
        """The check's first connection is being made."""
        if self._began is None:
            self._began = time.monotonic()

    def add(self, sender: Side, data: bytes) -> None:
        """Note bytes at the moment that they were sent or came."""
        self.begin()
        self.came = self.came + len(data) if sender == "server" else 0
        at = time.monotonic() - (self._began or 0.0)
        room = max(0, KEPT - self._kept[sender])
        kept = data[:room]
        self._kept[sender] += len(kept)
        if not kept and self._pieces and self._pieces[-1].sender == sender:
            last = self._pieces.pop()
            self._pieces.append(Piece(last.at, sender, last.data, last.omitted + len(data)))
            return
        self._pieces.append(Piece(round(at, 6), sender, bytes(kept), len(data) - len(kept)))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All of it so far."""
        return tuple(self._pieces)
