"""What the front itself has written down of each request: who was asked, in which order, with what result."""

from collections import deque
from pathlib import Path

from stackwalk.nginx.served import Served, read_request

MOST = 4000  # requests that are remembered


class RequestLog:
    """The front's log of ours, read as it grows."""

    def __init__(self) -> None:
        self.requests: deque[Served] = deque(maxlen=MOST)
        self._new: list[Served] = []  # not taken yet
        self._path: Path | None = None
        self._at = 0

    def read(self, path: Path) -> None:
        """Take in what has been written since."""
        if path != self._path:
            self._path, self._at = path, 0
        try:
            with path.open("rb") as file:
                file.seek(self._at)
                data = file.read()
        except FileNotFoundError:
            return
        whole, newline, _ = data.rpartition(b"\n")
        if newline:
            self._at += len(whole) + 1
            lines = whole.decode("utf-8", "replace").split("\n")
            found = [served for line in lines if (served := read_request(line)) is not None]
            self.requests += found
            self._new = (self._new + found)[-MOST:]

    def take(self) -> list[Served]:
        """Those that have not been taken yet."""
        new, self._new = self._new, []
        return new

    def find(self, port: int, nth: int) -> Served | None:
        """The newest request of the client at that port, at that place of its connection."""
        return next((one for one in reversed(self.requests) if (one.client[1], one.nth) == (port, nth)), None)
