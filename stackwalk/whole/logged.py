"""What the front itself has written down of each request: who was asked, in which order, with what result."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from stackwalk.stack.nginx import read_request

MOST = 4000  # requests that are remembered


@dataclass(frozen=True, slots=True)
class Try:
    """One server that was asked for a request."""

    address: str  # "127.0.0.1:23001", or the name of a group of which none was alive
    status: int | None
    sent: int | None  # bytes to it
    received: int | None  # bytes of it


@dataclass(frozen=True, slots=True)
class Logged:
    """One request of a client, once it was over."""

    port: int  # the client's
    nth: int  # on its connection, from 1
    ended_at: float  # seconds since 1970, to a millisecond
    seconds: float  # from its first byte
    request_id: str
    tries: tuple[Try, ...]


class RequestLog:
    """The front's log of ours, read as it grows."""

    def __init__(self) -> None:
        self.lines: deque[Logged] = deque(maxlen=MOST)
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
        whole = data.rpartition(b"\n")[0]
        if whole:
            self._at += len(whole) + 1
            self.lines += [logged for line in whole.split(b"\n") if (logged := _logged(line)) is not None]

    def find(self, port: int, nth: int) -> Logged | None:
        """The newest request of that client's port at that place of its connection."""
        return next((one for one in reversed(self.lines) if (one.port, one.nth) == (port, nth)), None)


def _logged(line: bytes) -> Logged | None:
    d = read_request(line)
    addresses = [] if d["addr"] in ("", "-") else [a for g in d["addr"].split(" : ") for a in g.split(", ")]
    return Logged(
        int(d["port"]),
        int(d["nth"]),
        float(d["at"]),
        float(d["seconds"]),
        d["id"],
        tuple(Try(a, None, None, None) for a in addresses),
    )
