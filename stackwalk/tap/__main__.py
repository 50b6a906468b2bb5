"""The tap as a process of its own: traffic first, and it ends when the one who started it does.

Started by its path, isolated and without site-packages (see `tapping`), so it finds its own package itself, and it
imports little: it is to start quickly.
"""

import contextlib
import gc
import json
import resource
import socket
import sys
from itertools import count

if not __package__:
    sys.path.append(__file__.rpartition("/stackwalk/tap/")[0])

from stackwalk.tap.loop import Loop
from stackwalk.tap.outlet import ROOM, Outlet
from stackwalk.tap.picture import Picture
from stackwalk.tap.relay import Aim, Relay
from stackwalk.tap.subscribers import Subscribers
from stackwalk.wire.lines import hops_line
from stackwalk.wire.reader import BODY_LIMIT

OPEN_FILES = 16384  # about 8,000 connections
AT_ONCE = 64 * 1024  # bytes of an order
SOCKETS = 16  # handed over with an order, at most


class Desk:
    """Does what it is told by the one who started it, and tells what the relays see."""

    def __init__(self, control: socket.socket, body_limit: int, room: int, *, is_waited_for: bool, tells: bool) -> None:
        self.is_open = True
        self._tells = tells  # the starter, too; else those alone who look on
        self._loop = Loop()
        self._starter = Outlet(self._loop, control, self._hear, self._leave, room, is_waited_for)
        self._picture = Picture(self._loop, self._tell)
        self._subscribers = Subscribers(self._loop, lambda: hops_line(self._relays))
        self._body_limit = body_limit
        self._relays: dict[str, Relay] = {}  # by the name of their hop
        self._numbers = count(1)  # of connections, at all doors
        self._orders = b""
        self._handed: list[int] = []

    def run(self) -> None:
        """Until the control socket ends."""
        while self.is_open:
            self._loop.turn()
        for relay in self._relays.values():
            relay.end()

    def _tell(self, lines: bytes) -> None:
        if self._tells:
            self._starter.put(lines)
        self._subscribers.put(lines)

    def _leave(self, _outlet: Outlet) -> None:
        self.is_open = False

    def _hear(self, starter: Outlet) -> None:
        try:
            data, numbers, _, _ = socket.recv_fds(starter.socket, AT_ONCE, SOCKETS)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data, numbers = b"", []
        if not data:
            starter.close()
            return
        self._handed += numbers
        *lines, self._orders = (self._orders + data).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, order: dict[str, object]) -> None:
        hop = str(order.get("hop", ""))
        match order["do"]:
            case "add":
                joined = bool(order["joined"])
                self._relays[hop] = Relay(
                    self._loop, self._picture, self._body_limit, self._numbers, hop=hop, tell_joined=joined
                )
                self._relays[hop].aim(_aim(order["aim"]))
                self._relays[hop].take(self._sockets())
                gc.freeze()  # what is there now stays: it need not be looked through again and again
            case "aim":
                self._relays[hop].aim(_aim(order["aim"]))
            case "release":
                self._relays[hop].release()
                if hop == next(iter(self._relays)):  # the one by whose port the feed is found
                    self._subscribers.release()
            case "take":
                self._relays[hop].take(self._sockets())
            case "tell":
                for relay in self._relays.values():
                    relay.tell()
            case "publish":
                for one in self._sockets():
                    self._subscribers.take(one)
        self._starter.must(b'{"done":true}\n')

    def _sockets(self) -> list[socket.socket]:
        sockets = [socket.socket(fileno=number) for number in self._handed]
        self._handed.clear()
        return sockets


def _aim(told: object) -> Aim:
    if isinstance(told, list):
        return tuple((int(family), str(host), int(port)) for family, host, port in told)
    return "hold" if told == "hold" else None


def main(settings: dict[str, object]) -> None:
    """Run a tap until its control socket ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    settings = {"body_limit": BODY_LIMIT, "room": ROOM} | settings
    control, body_limit, room = (int(str(settings[name])) for name in ("control", "body_limit", "room"))
    waited_for, tells = bool(settings["keep_all"]), bool(settings["tells"])
    Desk(socket.socket(fileno=control), body_limit, room, is_waited_for=waited_for, tells=tells).run()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
