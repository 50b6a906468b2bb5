"""Starting programs and owning them: guarding(), Guardian, Program.

Every wait here has a deadline, and a program that ends is noticed at once. All may be called from any thread.
"""

import contextlib
import errno
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stackwalk.errors import StackwalkError
from stackwalk.stack import kin
from stackwalk.stack.beginning import Begun
from stackwalk.stack.environment import PORTS, REPORT
from stackwalk.stack.limits import Ending, Limits
from stackwalk.stack.link import GuardianLost, Link
from stackwalk.stack.listening import Listener, listeners_of
from stackwalk.stack.output import Output
from stackwalk.stack.reports import Bound, read_reports

if TYPE_CHECKING:
    from stackwalk.stack.standing import Standing

__all__ = ["Guardian", "GuardianLost", "Program", "guarding"]

START_DEADLINE = 15.0  # seconds, for a program to be started on a machine that is very busy
END_DEADLINE = 5.0  # beyond the patience, for its tree to be gone


@contextlib.contextmanager
def guarding(begun: Begun | None = None) -> Iterator["Guardian"]:
    """A guardian for the length of a block: no program that it launches lives on after it.

    `begun`: its process, where that was started already.
    """
    guardian = Guardian(begun)
    try:
        yield guardian
    finally:
        guardian.close()


class Guardian:
    """The client's side of the guardian process. Where one was killed, the next launch starts another."""

    def __init__(self, begun: Begun | None = None) -> None:
        self._lock = threading.Lock()
        self._links = [Link(begun)]

    def launch(
        self, argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], limits: Limits | None = None
    ) -> "Program":
        """Start a program. The command is looked up on the PATH of `environment`.

        Raises StackwalkError where it can't be started, GuardianLost where a program just killed the
        guardian.
        """
        with self._lock:
            if self._links[-1].lost:
                self._links.append(Link())
            link = self._links[-1]
        return Program(link, argv, cwd, environment, limits or Limits())

    def close(self) -> None:
        """End every program and the guardian. Nothing happens in a fork of the process that made it."""
        for link in self._links:
            link.close()


class Program:
    """One program and all that it forks."""

    def __init__(
        self, link: Link, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], limits: Limits
    ) -> None:
        self._link = link
        self._environment = environment
        self._report = Path(environment[REPORT]) if REPORT in environment else None
        pairs = (pair.split(":") for pair in environment.get(PORTS, "").split())
        self._typed = {int(real): int(typed) for typed, real in pairs}
        self.output = Output()
        self._ward = link.launch(argv, cwd, environment, limits, self.output)
        with link.changed:
            known = link.changed.wait_for(lambda: self._ward.known, START_DEADLINE)
        self.pid = self._ward.pid
        if self.pid == 0:
            self._ward.close()
            raise self._why_not(argv[0], cwd, environment.get("PATH"), known)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def _why_not(self, command: str, cwd: Path, path: str | None, known: bool) -> Exception:
        if self._link.slip is not None:
            return RuntimeError(self._link.slip)
        if self._ward.refusal is not None:
            return _refusal(command, cwd, path, *self._ward.refusal)
        if known:
            return GuardianLost()
        self._link.send("end", self._ward.number, 0.0)
        return StackwalkError(
            f"The command {command!r} could not be started within {START_DEADLINE:g} seconds.",
            "Check that its file and its folder can be read, and that the machine is not overloaded.",
        )

    def fileno(self) -> int:
        """Readable once the program has ended, for a loop that waits for many things; closed by `end`."""
        return self._ward.bell

    def poll(self) -> Ending | None:
        """How its first process ended; None while it runs. What it printed until then is in `output`."""
        return self._ward.ending

    def wait(self, seconds: float) -> Ending | None:
        """Wait until it has ended, at most so long; None when it still runs."""
        with self._link.changed:
            self._link.changed.wait_for(lambda: self._ward.ending is not None, seconds)
        return self._ward.ending

    def printed(self) -> Output:
        """Its output with all that it has printed by now: it is read by another thread, a moment later."""
        self._link.catch_up()
        return self.output

    def listeners(self) -> tuple[Listener, ...]:
        """The sockets on which anything in its tree listens, children that it left behind included."""
        return listeners_of([self.pid, *kin.tree(self._ward.foster)], self._typed)

    def move(self, ports: Mapping[int, int]) -> None:
        """Its ports are moved like this from now on: as typed -> as they are."""
        self._typed = {real: typed for typed, real in ports.items()}

    def processes(self) -> tuple[int, ...]:
        """All processes of its tree, those that it left behind included."""
        return tuple(dict.fromkeys((self.pid, *kin.tree(self._ward.foster))))

    def held_up(self) -> float:
        """Seconds that it has waited for a core while it could have run: of its threads the one that has most."""
        return max(map(kin.held_up, self.processes()), default=0.0)

    def holders(self, port: int) -> tuple[int, ...]:
        """Those of its processes that hold a socket which listens on the typed TCP port."""
        return tuple(
            pid
            for pid in self.processes()
            if any(each.kind == "tcp" and each.typed == port for each in listeners_of([pid], self._typed))
        )

    def bound(self) -> tuple[Bound, ...]:
        """What the probe saw it bind, as typed. It explains, never decides: not all programs can have it."""
        return read_reports(self._report) if self._report else ()

    def standings(self) -> "tuple[Standing, ...]":
        """Where the Pythons of its tree stand, as far as they tell. It explains, never decides."""
        from stackwalk.stack.standing import standings  # asked of few

        return standings(self.processes(), self._environment)

    def refused(self) -> tuple[int, ...]:
        """The ports, as typed, that the probe saw the system refuse it because they were taken."""
        return tuple(each.port for each in self.bound() if each.error == errno.EADDRINUSE)

    def await_listening(self, port: int, seconds: float) -> Listener | Ending | None:
        """Wait until it listens on the typed TCP port (IPv4 first), has ended, or the time is up (None)."""
        deadline = time.monotonic() + seconds
        pause = 0.001
        looks = 0
        while True:
            ready = [each for each in self.listeners() if each.kind == "tcp" and each.typed == port]
            looks += bool(ready)
            # asyncio opens a socket for each family, IPv6 first: the other one gets a few looks' time.
            if ready and (":" not in ready[0].address or looks > 3):
                return ready[0]
            left = deadline - time.monotonic()
            if self._ward.ending is not None or left <= 0:
                return self._ward.ending
            self.wait(min(pause, left))
            pause = pause if seconds - left < 0.5 else min(pause * 1.2, 0.02)

    def end(self, patience: float = 2.0) -> Ending:
        """Send SIGTERM to it, and after `patience` seconds kill its whole tree. Again: the same Ending."""
        self._link.send("end", self._ward.number, float(patience))
        with self._link.changed:
            gone = self._link.changed.wait_for(lambda: self._ward.gone, patience + END_DEADLINE)
        if not gone:
            self._link.give_up()
        if self._link.slip is not None:
            raise RuntimeError(self._link.slip)
        self._ward.close()
        ending = self._ward.ending
        return ending if ending is not None else Ending(None, signal.SIGKILL, killed_starter=True)


def _refusal(command: str, cwd: Path, path: str | None, stage: str, number: int) -> StackwalkError:
    import shutil

    # A folder of the PATH that may not be read is "permission denied" to exec, whatever it holds.
    if number == errno.EACCES and os.sep not in command and shutil.which(command, os.F_OK, path) is None:
        number = errno.ENOENT
    reason = os.strerror(number)
    if stage == "cwd":
        return StackwalkError(
            f"The folder {cwd} can't be entered: {reason}.", "Check that it exists and that you may open it."
        )
    if stage == "exec" and number in (errno.ENOENT, errno.ENOTDIR):
        return StackwalkError(
            f"There is no command {command!r} on this machine that can be run.",
            "Check its spelling, that it is installed, and the first line of the file if it is a script.",
        )
    return StackwalkError(
        f"The command {command!r} can't be started: {reason}.", "Check that the file may be run by you."
    )
