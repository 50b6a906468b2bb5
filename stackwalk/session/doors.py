"""The door of an open lab: a tap that owns it, and the next free one where somebody else does."""

import contextlib
import time

from stackwalk.errors import StackwalkError
from stackwalk.session.session.events import DoorOpened, DoorShut, Event, Port, Sighted
from stackwalk.tap.door import DoorTaken, Holder, next_free_port, open_door
from stackwalk.tap.tapping import Tap, Target, tapping

TRIES = 5  # free ports that somebody may snatch away


class Doors:
    """Opens, aims and shuts the door, for one thread; what comes of it is returned as events."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._tap: Tap | None = None
        self._target: Target = None

    @property
    def tap(self) -> Tap | None:
        """What is readable when something has crossed the door; None: there is no door."""
        return self._tap

    def open(self, port: int) -> Event:
        """Take that door, or the next free one above it; an earlier one is let go of."""
        self.close()
        holder: Holder | None = None
        resting = False
        wanted = port
        try:
            for _ in range(TRIES):
                try:
                    self._tap = self._stack.enter_context(
                        tapping(port=wanted, target=self._target, publish=True, joined=True)
                    )
                except DoorTaken as error:
                    if wanted == port:
                        holder, resting = error.holder, error.resting
                    wanted = next_free_port(wanted)
                else:
                    return _opened(self._tap.port, port, holder, resting)
        except StackwalkError as error:
            self.close()
            return DoorShut(f"{error.what} {error.try_this}")
        return DoorShut(f"No port from {port} on could be opened. Press d twice to try again.")

    def reclaim(self, port: int) -> Event | None:
        """Take that door in place of the present one, where it can be had now; None: it can't."""
        try:
            open_door(port).close()
        except StackwalkError:
            return None
        return self.open(port)

    def aim(self, target: Port | str | None) -> list[Event]:
        """Where the door leads from now on: a port, nowhere, or "hold"."""
        if isinstance(target, Port):
            self._target = (target.address, target.number)
        else:
            self._target = "hold" if target == "hold" else None
        if self._tap is None:
            return []
        try:
            self._tap.aim(self._target)
        except StackwalkError as error:
            return [self._lost(error)]
        return []

    def read(self) -> list[Event]:
        """What has crossed the door since, without waiting."""
        if self._tap is None:
            return []
        try:
            sights = self._tap.read()
        except StackwalkError as error:
            return [self._lost(error)]
        at = time.monotonic()
        return [Sighted(sight, at) for sight in sights]

    def close(self) -> None:
        """Let go of the door."""
        self._tap = None
        self._stack.close()

    def _lost(self, error: StackwalkError) -> Event:
        self.close()
        return DoorShut(f"{error.what} Press d twice to open the door again.")


Opened = DoorOpened | DoorShut


def open_or_next(port: int) -> Opened:
    """Look whether that door can be had, else which one above it; nothing is held."""
    holder: Holder | None = None
    resting = False
    wanted = port
    try:
        for _ in range(TRIES):
            try:
                open_door(wanted).close()
            except DoorTaken as error:
                if wanted == port:
                    holder, resting = error.holder, error.resting
                wanted = next_free_port(wanted)
            else:
                return _opened(wanted, port, holder, resting)
    except StackwalkError as error:
        return DoorShut(f"{error.what} {error.try_this}")
    return DoorShut(f"No port from {port} on could be opened. Press d twice to try again.")


def _opened(port: int, wanted: int, holder: Holder | None, resting: bool) -> DoorOpened:
    if port == wanted:
        return DoorOpened(port)
    if resting:
        return DoorOpened(port, resting=True)
    if holder is None:
        return DoorOpened(port, "another program")
    return DoorOpened(port, f"{holder.command} (process {holder.pid})", holder.pid)
