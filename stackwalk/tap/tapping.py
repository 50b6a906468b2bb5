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
from typing import TYPE_CHECKING, Any, Literal

from stackwalk.errors import StackwalkError
from stackwalk.tap.door import LOOPBACK, Door, open_door
from stackwalk.tap.meeting import Lines, publishing

if TYPE_CHECKING:
    from stackwalk.tap.attempt import Address
    from stackwalk.wire.sight import Sight

PROGRAM = Path(__file__).with_name("__main__.py")
PATIENCE = 10.0  # seconds for a tap to start, and to do what it is told
ENDING = 2.0  # seconds for it to end by itself
DONE = b'{"done"'  # how the answer to an order begins; all else is sights

Target = tuple[str, int] | Literal["hold"] | None  # where clients are brought; "hold": they wait; None: refused


class Hop:
    """One door of a tap, and where it leads. StackwalkError from any of it where the tap has ended."""

    def __init__(self, tap: "Tap", name: str, host: str | None, port: int, addresses: tuple[str, ...]) -> None:
        self.name = name  # "": the tap has no other
        self.port = port
        self.addresses = addresses
        self._tap = tap
        self._host = host

    def aim(self, target: Target) -> None:
        """Bring clients there from now on: what connects after this has returned goes there."""
        self._tap.do({"do": "aim", "hop": self.name, "aim": addresses_of(target)})

    def release(self) -> None:
        """Let go of the door: the port is free once this has returned, what is open goes on."""
        self._tap.do({"do": "release", "hop": self.name})

    def take(self) -> None:
        """Take the door again. DoorTaken where somebody else has it now."""
        with contextlib.closing(open_door(self.port, self._host)) as door:
            self._tap.do({"do": "take", "hop": self.name}, door.sockets)


class Tap:
    """A tap that runs, with one door or several. StackwalkError from any of it where it has ended."""

    def __init__(self, control: socket.socket, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        self.hops: tuple[Hop, ...] = ()
        self._control = control
        self._process = process
        self._lines = Lines()
        self._seen: list[bytes] = []  # lines of sights
        self._answers: deque[Any] = deque()
        self._answered = 0  # that have been taken
        self._feed_path: Path | None = None
        self._publishes = False

    @property
    def port(self) -> int:
        """The first door's."""
        return self.hops[0].port

    @property
    def addresses(self) -> tuple[str, ...]:
        """The first door's."""
        return self.hops[0].addresses

    def add(self, name: str, *, port: int, host: str | None = None, target: Target) -> Hop:
        """One more door, whose name stands on each of its lines. DoorTaken where somebody has the port."""
        aim = addresses_of(target)
        with contextlib.closing(open_door(port, host)) as door:
            return self.add_door(name, door, host, aim, joined=True)

    def add_shut(self, name: str, port: int, host: str) -> Hop:
        """One more door that is shut as yet: `take` opens it. Until then who comes there is refused."""
        self.do({"do": "add", "hop": name, "aim": None, "joined": True})
        hop = Hop(self, name, host, port, (host,))
        self.hops += (hop,)
        return hop

    def add_door(self, name: str, door: Door, host: str | None, aim: object, joined: bool) -> Hop:
        self.do({"do": "add", "hop": name, "aim": aim, "joined": joined}, door.sockets)
        hop = Hop(self, name, host, door.port, door.addresses)
        self.hops += (hop,)
        return hop

    def aim(self, target: Target) -> None:
        """Aim the first door."""
        self.hops[0].aim(target)

    def release(self) -> None:
        """Let go of the first door, and be no longer found by those who look for its feed."""
        self._remove_feed()
        self.hops[0].release()

    def take(self) -> None:
        """Take the first door again. DoorTaken where somebody else has it now."""
        self.hops[0].take()
        if self._publishes:
            self.publish()

    def publish(self) -> None:
        """Let others subscribe to what passes, at all doors; they find it by the first one's port."""
        self._publishes = True
        made = publishing(self.port)
        if made is not None:
            listening, self._feed_path = made
            with listening:
                self.do({"do": "publish"}, (listening,))

    def fileno(self) -> int:
        """Ready to be read when there may be something to `read`."""
        return self._control.fileno()

    def read(self) -> "list[Sight]":
        """What has been seen since, without waiting."""
        from stackwalk.wire.lines import from_line  # takes 10 ms of a start, and many never read here

        return [from_line(line) for line in self.read_lines()]

    def read_lines(self) -> list[bytes]:
        """The same as lines of JSON (see `wire.lines`), without their newlines: for whoever writes them down."""
        self._take_lines()
        seen, self._seen = self._seen, []
        return seen

    def told(self) -> list[bytes]:
        """The lines of all that has passed until now: waits for those that are a moment behind the traffic."""
        self.do({"do": "tell"})
        return self.read_lines()

    def mark(self) -> Callable[[], bool]:
        """Ask for all that has been seen by now; what is returned says whether it has been read."""
        self._send({"do": "tell"}, ())
        wanted = self._answered + len(self._answers) + 1

        def is_read() -> bool:
            return self._answered + len(self._answers) >= wanted or self._lines.ended

        return is_read

    def close(self) -> None:
        self._remove_feed()
        self._control.close()

    def _remove_feed(self) -> None:
        path, self._feed_path = self._feed_path, None
        if path is not None:
            path.unlink(missing_ok=True)

    def do(self, order: dict[str, Any], sockets: tuple[socket.socket, ...] = ()) -> None:
        """Have an order done, with sockets that go with it."""
        self._send(order, sockets)
        self._wait_for_answer()

    def _send(self, order: dict[str, Any], sockets: tuple[socket.socket, ...]) -> None:
        self._control.setblocking(True)
        self._control.settimeout(PATIENCE)
        line = json.dumps(order | {"sockets": len(sockets)}).encode() + b"\n"
        try:
            if sockets:
                socket.send_fds(self._control, [line], [one.fileno() for one in sockets])
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
            if line.startswith(DONE):
                self._answers.append(line)
            else:
                self._seen.append(line)
        if self._lines.ended and not self._seen and not self._answers:
            raise self._has_ended()

    def _has_ended(self) -> StackwalkError:
        because = ""
        if self._process.stderr is not None:
            os.set_blocking(self._process.stderr.fileno(), False)
            said = (self._process.stderr.read() or b"").decode("utf-8", "replace").split("\n")
            because = next((f" ({line})" for line in reversed(said) if line.strip()), "")
        where = f" on port {self.port}" if self.hops else ""
        return StackwalkError(f"The tap{where} has ended{because}.", "Start again.")


@contextlib.contextmanager
def tapping(
    *,
    port: int,
    host: str | None = None,
    target: Target,
    name: str = "",
    publish: bool = False,
    body_limit: int | None = None,
    room: int | None = None,
    joined: bool = False,
    keep_all: bool = False,
) -> Iterator[Tap]:
    """A tap on a port (0: a free one), for as long as the block lasts; open connections are reset at its end.

    `name`: what stands on each line of this door, where the tap is to have others besides; `body_limit`: bytes of
    each body that are kept; `room`: bytes of sights that may wait to be read here; None: the tap's own choice. Where
    there is no more room they are left out and counted; with `keep_all` the traffic waits. `joined`: whether it is
    told from which port the target sees each client come.
    DoorTaken where somebody has the port, before anything starts. It ends by itself when this process does.
    """
    aim = addresses_of(target)
    with contextlib.closing(open_door(port, host)) as door, tap_without_doors(body_limit, room, keep_all) as tap:
        tap.add_door(name, door, host, aim, joined)
        door.close()
        if publish:
            tap.publish()
        yield tap


@contextlib.contextmanager
def tap_without_doors(
    body_limit: int | None = None, room: int | None = None, keep_all: bool = False, tells: bool = True
) -> Iterator[Tap]:
    """A tap that gets its doors by `add`, for as long as the block lasts; see `tapping`.

    Where it does not tell, there is nothing to `read`: what passes is for those who subscribe.
    """
    with contextlib.ExitStack() as stack:
        ours, theirs = socket.socketpair()
        stack.enter_context(ours)
        with theirs:
            chosen = {"body_limit": body_limit, "room": room}
            more = {name: value for name, value in chosen.items() if value is not None}
            process = stack.enter_context(_process(theirs, more | {"keep_all": keep_all, "tells": tells}))
        tap = Tap(ours, process)
        stack.callback(_end, process, tap)
        ours.setblocking(False)
        yield tap


def addresses_of(target: Target) -> "tuple[Address, ...] | Literal['hold'] | None":
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


def _process(theirs: socket.socket, more: dict[str, int]) -> "subprocess.Popen[bytes]":
    settings = json.dumps({"control": theirs.fileno(), **more})
    return subprocess.Popen(
        # Isolated, without site-packages: a learner's own socket.py is not ours, and it starts sooner.
        [sys.executable, "-I", "-S", str(PROGRAM), settings],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[theirs.fileno()],
        cwd="/",
        start_new_session=True,  # the terminal's Ctrl+C is not for it
    )


def _end(process: "subprocess.Popen[bytes]", tap: Tap) -> None:
    tap.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
