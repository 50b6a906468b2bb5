"""Who comes to the door is brought to the target: accepting, and waiting for a target that is being restarted."""

import socket
import time
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count
from typing import Any, Literal

from stackwalk.tap.attempt import NO_ROOM, PAUSE, Address, Attempt, prepare
from stackwalk.tap.connection import Connection, Waiting, moment
from stackwalk.tap.loop import READ, Loop
from stackwalk.tap.picture import Picture
from stackwalk.wire.lines import to_line
from stackwalk.wire.reader import BODY_LIMIT
from stackwalk.wire.sight import Closed, Joined, Opened, Refused

HOLD = 2.0  # seconds that a client waits for a program that is being restarted
FAR = 10.0  # seconds for a target to take a connection
ITSELF = "the target is this very address"
NOT_BACK = "the program behind this door did not come back in time"
NOTHING = "nothing runs behind this door"
NO_ANSWER = "the target did not take the connection"

Aim = tuple[Address, ...] | Literal["hold"] | None


class Relay:
    """Doors on one side, a target on the other."""

    def __init__(
        self, loop: Loop, picture: Picture, body_limit: int = BODY_LIMIT, numbers: Iterator[int] | None = None,
        *, hop: str = "", tell_joined: bool = False,
    ) -> None:  # fmt: skip
        self._tell_joined = tell_joined  # who only traces has no use for it
        self._loop = loop
        self._picture = picture
        self._hop = hop
        self._waiting = Waiting()
        self._body_limit = body_limit  # bytes of each body that are kept
        self._aim: Aim = None
        self._doors: list[socket.socket] = []
        self._ports: set[int] = set()
        self._may_be_itself = False  # the target has the port of a door of ours
        self._paused = False
        self._sweeping = False
        self._numbers = count(1) if numbers is None else numbers  # of the connections
        self._connections: set[Connection] = set()
        self._held: dict[Connection, float] = {}  # waiting for a target, since when
        self._attempts: dict[Connection, Attempt] = {}  # on their way to it
        self._own: dict[Connection, tuple[str, int]] = {}  # our ends of what goes to a port of our doors

    def take(self, doors: Iterable[socket.socket]) -> None:
        """Listen on these too."""
        for door in doors:
            prepare(door)  # whoever is accepted here inherits it
            self._doors.append(door)
            self._ports.add(door.getsockname()[1])
            self._loop.watch(door, READ, partial(self._accept, door))
        self._look_at_itself()

    def _look_at_itself(self) -> None:
        self._may_be_itself = isinstance(self._aim, tuple) and any(port in self._ports for _, _, port in self._aim)

    def release(self) -> None:
        """Listen no more; what is open goes on."""
        for door in self._doors:
            self._loop.forget(door)
            door.close()
        self._doors.clear()

    def aim(self, aim: Aim) -> None:
        """Bring clients there from now on, those that wait included."""
        self._aim = aim
        self._look_at_itself()
        held, self._held = tuple(self._held), {}
        for connection in held:
            self._route(connection)

    def tell(self) -> None:
        """Report all that has been seen by now."""
        self._picture.draw()

    def end(self) -> None:
        """Reset what is open."""
        self.release()
        for connection in tuple(self._connections):
            attempt = self._attempts.pop(connection, None)
            connection.give_up()
            if attempt is not None:
                attempt.cancel(NOTHING)
        self._picture.draw()

    def _accept(self, door: socket.socket, _events: int) -> None:
        try:
            client, address = door.accept()
        except OSError as problem:
            if problem.errno in NO_ROOM:
                self._pause()
            return  # else: it has gone again
        client.setblocking(False)
        number = next(self._numbers)
        connection = Connection(
            number, client, self._loop, self._picture, self._forget, self._waiting, self._body_limit
        )
        self._connections.add(connection)
        connection.scribe.hop = self._hop
        connection.scribe.opened_at = at = moment()
        self._picture.add(connection.scribe, _opened, number, at, address)
        if self._own and address[:2] in self._own.values():
            self._refuse(connection, ITSELF)
        else:
            self._route(connection)

    def _pause(self) -> None:
        """No room for another socket: clients wait in the doors' own queues."""
        if not self._paused:
            self._paused = True
            for door in self._doors:
                self._loop.watch(door, 0, partial(self._accept, door))
            self._loop.at(time.monotonic() + PAUSE, self._go_on)

    def _go_on(self) -> None:
        self._paused = False
        for door in self._doors:
            self._loop.watch(door, READ, partial(self._accept, door))

    def _route(self, connection: Connection) -> None:
        if self._aim is None:
            self._refuse(connection, NOTHING)
        elif self._aim == "hold":
            self._held[connection] = time.monotonic()
            self._sweep_later()
        else:
            attempt = Attempt(self._loop, self._aim, partial(self._arrived, connection))
            self._attempts[connection] = attempt
            attempt.start()
            if self._may_be_itself and attempt.local is not None and not connection.is_over:
                self._own[connection] = attempt.local
            self._sweep_later()

    def _arrived(self, connection: Connection, server: socket.socket | None, why: str) -> None:
        attempt = self._attempts.pop(connection, None)
        if server is not None and not connection.is_over:
            if self._tell_joined and attempt is not None and attempt.local is not None:
                joined = Joined(connection.number, time.monotonic(), attempt.local[1])
                self._picture.add(connection.scribe, to_line, joined)
            connection.join(server, was_reset=attempt is not None and attempt.was_reset)
        elif server is not None:
            server.close()
        elif not connection.is_over:
            self._refuse(connection, why)

    def _refuse(self, connection: Connection, why: str) -> None:
        connection.give_up()
        at = time.monotonic()
        for sight in (Refused(connection.number, at, why), Closed(connection.number, at, None, True, 0, 0)):
            self._picture.add(connection.scribe, to_line, sight)

    def _sweep_later(self) -> None:
        if not self._sweeping and (self._held or self._attempts):
            self._sweeping = True
            self._loop.at(time.monotonic() + PAUSE, self._sweep)

    def _sweep(self) -> None:
        """End what has waited long enough. Both are in the order in which they came."""
        self._sweeping = False
        now = time.monotonic()
        for connection, since in tuple(self._held.items()):
            if now < since + HOLD:
                break
            del self._held[connection]
            self._refuse(connection, NOT_BACK)
        for attempt in tuple(self._attempts.values()):
            if now < attempt.begun + FAR:
                break
            attempt.cancel(NO_ANSWER)
        self._sweep_later()

    def _forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._own.pop(connection, None)


def _opened(number: int, at: float, address: tuple[Any, ...]) -> bytes:
    host, port = address[:2]
    return to_line(Opened(number, at, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"))
