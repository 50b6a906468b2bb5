"""A lesson's curl line, sent by a small client of our own: the demo needs no curl."""

import contextlib
import shlex
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from stackwalk import __version__
from stackwalk.check.answer import AnswerReader
from stackwalk.errors import StackwalkError

PATIENCE = 10.0  # seconds for a connection
MOST = 1024 * 1024  # bytes of an answer
_FLAGS = {
    "-v": "",
    "--verbose": "",
    "-s": "",
    "-i": "",
    "--include": "",
    "--path-as-is": "",
    "-I": "HEAD",
    "--head": "HEAD",
}
_VALUED = {"-X": "method", "--request": "method", "-d": "data", "--data": "data", "-H": "header"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, as a curl line says it."""

    line: str  # the curl line, for the port that it really goes to
    method: str
    target: str
    host: str
    port: int
    headers: tuple[str, ...] = ()
    body: bytes = b""

    @property
    def data(self) -> bytes:
        """The request as bytes."""
        lines = [
            f"{self.method} {self.target} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"User-Agent: stackwalk/{__version__}",
            "Accept: */*",
            *self.headers,
        ]
        if self.body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def ask_from(line: str, moved: dict[int, int]) -> Ask:
    """What a curl line asks; `moved`: the door that a lesson names -> the one that is open.

    Raises StackwalkError for a line that this client can't send.
    """
    words = shlex.split(line)
    method, address, body, headers = "", "", b"", []
    rest = iter(words[1:])
    for word in rest:
        if word in _FLAGS:
            method = _FLAGS[word] or method
        elif word in _VALUED:
            value = next(rest, "")
            kind = _VALUED[word]
            method = value if kind == "method" else method
            body = value.encode() if kind == "data" else body
            headers += [value] if kind == "header" else []
        elif word.startswith("-") or address:
            raise _cannot(line, word)
        else:
            address = word
    parts = urlsplit(address if "://" in address else f"http://{address}")
    # Every name below localhost is this machine (RFC 6761, 6.3).
    host = parts.hostname or ""
    if parts.scheme != "http" or not (host in ("localhost", "127.0.0.1") or host.endswith(".localhost")):
        raise _cannot(line, address)
    typed = parts.port or 80
    port = moved.get(typed, typed)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    method = method or ("POST" if body else "GET")
    shown = line.replace(f":{typed}", f":{port}")
    return Ask(shown, method, target, host, port, tuple(headers), body)


def _cannot(line: str, word: str) -> StackwalkError:
    return StackwalkError(
        f"The demo can't send `{line}`: it does not know what {word!r} means there.",
        "Write the step's send line with an address on localhost and plain options.",
    )


class Client:
    """One connection that asks, and takes what comes until the answer or the connection ends."""

    def __init__(self, ask: Ask, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = AnswerReader(ask.method)
        self.received = b""
        self.ended = False

    def fileno(self) -> int:
        """Readable when `read` has something to do."""
        return self._connection.fileno()

    def read(self) -> None:
        """Take what has come, without waiting."""
        while not self.ended:
            try:
                data = self._connection.recv(65536)
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            self.received += data
            self._reader.feed(data)
            self.ended = not data or self._reader.done or len(self.received) > MOST
        self._connection.close()


@contextlib.contextmanager
def asking(ask: Ask) -> Iterator[Client]:
    """A client that has connected to the door and asked. Raises StackwalkError where nobody is there."""
    try:
        connection = socket.create_connection(("127.0.0.1", ask.port), timeout=PATIENCE)
    except OSError as error:
        raise StackwalkError(
            f"Port {ask.port} could not be reached ({error.strerror or error}).", "Try the demo again."
        ) from error
    with connection:
        connection.sendall(ask.data)
        connection.setblocking(False)
        yield Client(ask, connection)
