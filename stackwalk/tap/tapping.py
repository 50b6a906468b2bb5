"""Start a tap as a process of its own, steer it, and read what it sees."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from stackwalk.errors import StackwalkError
from stackwalk.tap.attempt import Address
from stackwalk.tap.door import LOOPBACK, Door, open_door
from stackwalk.tap.feed import Lines, publishing
from stackwalk.tap.outlet import ROOM
from stackwalk.wire.lines import from_line
from stackwalk.wire.reader import BODY_LIMIT
from stackwalk.wire.sight import Sight

PROGRAM = Path(__file__).with_name("__main__.py")
PATIENCE = 10.0  # seconds for a tap to start, and to do what it is told
ENDING = 2.0  # seconds for it to end by itself
SIGHT = b'{"sight"'  # how the line of a sight begins

Target = tuple[str, int] | Literal["hold"] | None  # where clients are brought; "hold": they wait; None: refused


class Tap:
    """A tap that runs. StackwalkError from any of it where it has ended."""

    def __init__(
        self, door: Door, host: str | None, control: socket.socket, process: "subprocess.Popen[bytes]"
    ) -> None:
        self.port = door.port
        self.addresses = door.addresses
        self.pid = process.pid
        self._host = host
        self._control = control
        self._process = process
        self._lines = Lines()
        self._seen: list[bytes] = []  # lines of sights
        self._answers: deque[Any] = deque()
        self._answered = 0  # that have been taken
        self._feed_path: Path | None = None
        self._publishes = False

    def aim(self, target: Target) -> None:
        """Bring clients there from now on: what connects after this has returned goes there."""
        self._do({"do": "aim", "aim": addresses_of(target)})

    def release(self) -> None:
        """Let go of the door: the port is free once this has returned, what is open goes on."""
        self._remove_feed()
        self._do({"do": "release"})

    def take(self) -> None:
        """Take the door again. DoorTaken where somebody else has it now."""
        door = open_door(self.port, self._host)
        with contextlib.closing(door):
            self._hand_over(door.sockets, "take")
        if self._publishes:
            self.publish()

    def publish(self) -> None:
        """Let others subscribe to what passes."""
        self._publishes = True
        made = publishing(self.port)
        if made is not None:
            listening, self._feed_path = made
            with listening:
                self._hand_over((listening,), "publish")

    def fileno(self) -> int:
        """Ready to be read when there may be something to `read`."""
        return self._control.fileno()

    def read(self) -> list[Sight]:
        """What has been seen since, without waiting."""
        return [from_line(line) for line in self.read_lines()]

    def read_lines(self) -> list[bytes]:
        """The same as lines of JSON (see `wire.lines`), without their newlines: for whoever writes them down."""
        self._take_lines()
        seen, self._seen = self._seen, []
        return seen

    def mark(self) -> Callable[[], bool]:
        """Ask for all that has been seen by now; what is returned says whether it has been read."""
        self._send({"do": "tell"}, None)
        wanted = self._answered + len(self._answers) + 1

        def is_read() -> bool:
            return self._answered + len(self._answers) >= wanted or self._lines.ended

        return is_read

    def wait_for_start(self) -> None:
        self._wait_for_answer()

    def close(self) -> None:
        self._remove_feed()
        self._control.close()

    def _remove_feed(self) -> None:
        path, self._feed_path = self._feed_path, None
        if path is not None:
            path.unlink(missing_ok=True)

    def _hand_over(self, sockets: tuple[socket.socket, ...], what: str) -> None:
        numbers = [one.fileno() for one in sockets]
        self._do({"do": what, "sockets": len(numbers)}, numbers)

    def _do(self, order: dict[str, Any], numbers: list[int] | None = None) -> None:
        self._send(order, numbers)
        self._wait_for_answer()

    def _send(self, order: dict[str, Any], numbers: list[int] | None) -> None:
        self._control.setblocking(True)
        self._control.settimeout(PATIENCE)
        line = json.dumps(order).encode() + b"\n"
        try:
            if numbers:
                socket.send_fds(self._control, [line], numbers)
            else:
                self._control.sendall(line)
        except OSError as problem:
            raise self._has_ended() from problem
        finally:
            self._control.setblocking(False)

    def _wait_for_answer(self) -> None:
        import select

        deadline = time.monotonic() + PATIENCE
        while not self._answers:
            left = deadline - time.monotonic()
            if left <= 0:
                raise StackwalkError("The tap does not do what it is told.", "Start again.")
            select.select([self._control], [], [], left)
            self._take_lines()
        self._answers.popleft()
        self._answered += 1

    def _take_lines(self) -> None:
        for line in self._lines.read(self._control):
            if line.startswith(SIGHT):
                self._seen.append(line)
            else:
                self._answers.append(json.loads(line))
        if self._lines.ended and not self._seen and not self._answers:
            raise self._has_ended()

    def _has_ended(self) -> StackwalkError:
        because = ""
        if self._process.stderr is not None:
            os.set_blocking(self._process.stderr.fileno(), False)
            said = (self._process.stderr.read() or b"").decode("utf-8", "replace").split("\n")
            because = next((f" ({line})" for line in reversed(said) if line.strip()), "")
        return StackwalkError(f"The tap on port {self.port} has ended{because}.", "Start again.")


@contextlib.contextmanager
def tapping(
    *,
    port: int,
    host: str | None = None,
    target: Target,
    publish: bool = False,
    body_limit: int = BODY_LIMIT,
    room: int = ROOM,
    joined: bool = False,
    keep_all: bool = False,
) -> Iterator[Tap]:
    """A tap on a port (0: a free one), for as long as the block lasts; open connections are reset at its end.

    `body_limit`: bytes of each body that are kept; `room`: bytes of sights that may wait to be read here. Where there
    is no more room they are left out and counted; with `keep_all` the traffic waits. `joined`: whether it is told
    from which port the target sees each client come.
    DoorTaken where somebody has the port, before anything starts. It ends by itself when this process does.
    """
    aim = addresses_of(target)
    with contextlib.ExitStack() as stack:
        door = open_door(port, host)
        with contextlib.closing(door):
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            with theirs:
                settings: dict[str, object] = {
                    "aim": aim, "body_limit": body_limit, "room": room, "joined": joined, "keep_all": keep_all,
                }  # fmt: skip
                process = stack.enter_context(_process(theirs, door, settings))
            tap = Tap(door, host, ours, process)
            stack.callback(_end, process, tap)
        ours.setblocking(False)
        tap.wait_for_start()
        if publish:
            tap.publish()
        yield tap


def addresses_of(target: Target) -> tuple[Address, ...] | Literal["hold"] | None:
    """Where a target is: for localhost ::1 and then 127.0.0.1, as browsers try them.

    StackwalkError for a name that nobody knows.
    """
    if target is None or target == "hold":
        return target
    host, port = target
    if host in ("localhost", "0.0.0.0", "::"):
        return tuple((int(family), address, port) for family, address in reversed(LOOPBACK))
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise StackwalkError(f"Nobody knows where {host} is.", "Look whether the name is right.") from problem
    return tuple(dict.fromkeys((int(family), str(address[0]), port) for family, _, _, _, address in found))


def _process(theirs: socket.socket, door: Door, more: dict[str, object]) -> "subprocess.Popen[bytes]":
    numbers = [one.fileno() for one in door.sockets]
    settings = json.dumps({"control": theirs.fileno(), "doors": numbers, **more})
    return subprocess.Popen(
        # Isolated, without site-packages: a learner's own socket.py is not ours, and it starts sooner.
        [sys.executable, "-I", "-S", str(PROGRAM), settings],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[theirs.fileno(), *numbers],
        cwd="/",
        start_new_session=True,  # the terminal's Ctrl+C is not for it
    )


def _end(process: "subprocess.Popen[bytes]", tap: Tap) -> None:
    tap.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
