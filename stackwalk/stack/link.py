"""The client's end of the guardian: the process itself, the socket to it, and the one thread that reads.

The client is no subreaper on purpose: what kills its parent again and again would then reach stackwalk.
When the guardian is lost its fosters end their own trees; what lost both is found here by its marker.
"""

import contextlib
import marshal
import os
import selectors
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stackwalk.errors import StackwalkError
from stackwalk.stack import sweeping
from stackwalk.stack.beginning import Begun
from stackwalk.stack.limits import Ending, Excess, Limits
from stackwalk.stack.output import Output

_CLOSE_DEADLINE = 10.0
_QUIET = 0.25  # seconds without a word, while programs run, after which the guardian may have been stopped
_CATCH_UP = 1.0  # seconds for what has been printed to be read, at most
_DRAIN = 1024 * 1024  # bytes still read after the end, where children keep on printing


class GuardianLost(StackwalkError):
    """A program killed the process that watches over it: the learner's slip, reported as theirs."""

    def __init__(self) -> None:
        super().__init__(
            "Your program ended the process that started it.",
            "Look for os.kill, os.killpg or os.getppid in it: it may end only processes of its own.",
        )


class Ward:
    """What the client knows of one program. Written by the link's thread only, under its condition."""

    def __init__(self, number: int, output: Output, most: int | None) -> None:
        self.number = number
        self.output = output
        self.most = most
        self.pid = 0
        self.foster = 0
        self.known = False
        self.refusal: tuple[str, int] | None = None
        self.ending: Ending | None = None
        self.gone = False
        self.bell, self._ringer = os.pipe()

    def end(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            os.close(self._ringer)

    def close(self) -> None:
        """Close the bell, once."""
        bell, self.bell = self.bell, -1
        if bell >= 0:
            os.close(bell)


class Link:
    """One guardian process and the thread that hears it and reads the output of all its programs."""

    def __init__(self, begun: Begun | None = None) -> None:
        """`begun`: the process, where it was started already."""
        begun = begun or Begun()
        self.changed = threading.Condition()
        self.lost = False
        self.slip: str | None = None  # what went wrong in the guardian by its own fault
        self._owner = os.getpid()
        self._marker = begun.marker
        self._wards: dict[int, Ward] = {}
        self._pipes: dict[int, Ward] = {}
        self._sending = threading.Lock()
        self._numbers = 0
        self._closing = False
        self._inbox = b""
        self._asked: list[threading.Event] = []  # who waits for what was printed by now
        self._socket, self._process = begun.socket, begun.process
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._wake, self._waker = os.pipe()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._attend, name="stackwalk-guardian", daemon=True)
        self._thread.start()

    def launch(
        self, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], limits: Limits, output: Output
    ) -> Ward:
        """Ask for a program. The answer is `ward.known`, announced by `changed`."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        with self.changed:
            if self.lost:
                os.close(reading)
                os.close(writing)
                raise GuardianLost
            self._numbers += 1
            ward = self._wards[self._numbers] = Ward(self._numbers, output, limits.output)
            self._pipes[reading] = ward
        os.write(self._waker, b".")
        bounds = {
            "memory": limits.memory,
            "processes": limits.processes,
            "open_files": limits.open_files,
            "most_open_files": max(limits.open_files, limits.most_open_files),
            "cpu_seconds": limits.cpu_seconds,
            "file_size": limits.file_size,
        }
        given = {os.fsencode(name): os.fsencode(value) for name, value in environment.items()}
        given[sweeping.NAME.encode()] = self._marker.encode()
        try:
            command = [os.fsencode(part) for part in argv]
            self.send("launch", ward.number, command, os.fsencode(cwd), given, bounds, gift=writing)
        finally:
            os.close(writing)
        return ward

    def send(self, *message: Any, gift: int | None = None) -> None:
        """Say something to the guardian; nothing happens where it is lost, which `changed` announces."""
        raw = marshal.dumps(message)
        raw = len(raw).to_bytes(4, "big") + raw
        with self._sending, contextlib.suppress(OSError):
            self._process.send_signal(signal.SIGCONT)  # a program may have stopped it
            sent = socket.send_fds(self._socket, [raw], [gift]) if gift is not None else 0
            self._socket.sendall(raw[sent:])

    def catch_up(self) -> None:
        """Wait until what the programs have printed by now has been read, or the guardian is lost."""
        caught_up = threading.Event()
        self._asked.append(caught_up)
        if not self.lost:
            os.write(self._waker, b".")
            caught_up.wait(_CATCH_UP)

    def give_up(self) -> None:
        """Kill a guardian that does not answer (a program stopped it?); fosters and sweep do the rest."""
        self._process.kill()
        with self.changed:
            self.changed.wait_for(lambda: self.lost, _CLOSE_DEADLINE)

    def close(self) -> None:
        """End the guardian and all that is below it. Nothing in a fork of the process that made it."""
        if os.getpid() != self._owner or self._closing:
            return
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(_CLOSE_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.returncode:
            sweeping.sweep_marked(self._marker)
        self._thread.join()
        self._socket.close()
        self._selector.close()
        for fd in (self._wake, self._waker, *self._pipes):
            os.close(fd)

    def _attend(self) -> None:
        """The thread: what the guardian says, what the programs print, until the guardian has ended."""
        try:
            self._serve()
            if not self._closing:
                self._process.wait()
                sweeping.sweep_marked(self._marker)
        finally:
            self._announce_loss()

    def _serve(self) -> None:
        heard = True
        while heard:
            asked, self._asked = self._asked, []
            ready = self._selector.select(0 if asked else _QUIET if self._wards else None)
            if not ready and not asked:
                self._process.send_signal(signal.SIGCONT)
            for key, _ in ready:
                if key.fd == self._wake:
                    os.read(self._wake, 4096)
                    self._register_pipes()
                elif key.fd == self._socket.fileno():
                    heard = self._listen()
                else:
                    self._drain(key.fd, 65536)
            for caught_up in asked:
                caught_up.set()
        for fd in list(self._pipes):
            self._drain(fd, _DRAIN)

    def _announce_loss(self) -> None:
        with self.changed:
            self.lost = True
            for ward in self._wards.values():
                ward.known = ward.gone = True
                ward.end(Ending(None, signal.SIGKILL, killed_starter=not self._closing and self.slip is None))
            self.changed.notify_all()
        for caught_up in self._asked:
            caught_up.set()

    def _register_pipes(self) -> None:
        registered = self._selector.get_map()
        with self.changed:
            for fd in self._pipes.keys() - registered.keys():
                self._selector.register(fd, selectors.EVENT_READ)

    def _listen(self) -> bool:
        """Take in what the guardian says; whether it still lives."""
        try:
            data = self._socket.recv(262144)
        except OSError:
            data = b""
        self._inbox += data
        while len(self._inbox) >= 4:
            size = int.from_bytes(self._inbox[:4], "big") + 4
            if len(self._inbox) < size:
                break
            message, self._inbox = marshal.loads(self._inbox[4:size]), self._inbox[size:]
            self._hear(*message)
        return bool(data)

    def _hear(self, word: str, number: int, *rest: Any) -> None:
        if word == "broken":
            self.slip = rest[0]
            return
        ward = self._wards.get(number)
        if ward is None:
            return
        if word == "ended":
            self._register_pipes()
            for fd in [fd for fd, owner in self._pipes.items() if owner is ward]:
                self._drain(fd, _DRAIN)
            ward.output.finish()
        with self.changed:
            if word == "started":
                ward.pid, ward.foster = rest
                ward.known = True
            elif word == "refused":
                ward.refusal = rest
                ward.known = True
            elif word == "ended":
                ward.end(_ending(*rest))
            elif word == "gone":
                ward.gone = ward.known = True
                self._forget_pipe(ward)
                del self._wards[number]
            self.changed.notify_all()

    def _forget_pipe(self, ward: Ward) -> None:
        for fd in [fd for fd, owner in self._pipes.items() if owner is ward]:
            self._drain(fd, _DRAIN)
            if fd in self._pipes:
                self._close_pipe(fd)

    def _close_pipe(self, fd: int) -> None:
        with contextlib.suppress(KeyError):
            self._selector.unregister(fd)
        del self._pipes[fd]
        os.close(fd)

    def _drain(self, fd: int, most: int) -> None:
        """Read what a pipe holds now, at most so much. Never waits for its end: children may hold it open."""
        ward = self._pipes.get(fd)
        while ward is not None and most > 0:
            try:
                data = os.read(fd, 65536)
            except BlockingIOError:
                return
            if not data:
                self._close_pipe(fd)
                return
            most -= len(data)
            ward.output.feed(data)
            if ward.most is not None and ward.output.total >= ward.most:
                ward.most = None
                self.send("stop", ward.number, "too-much-output")


def _ending(status: int | None, cause: Excess | None, left: list[str], lost: bool) -> Ending:
    code = os.waitstatus_to_exitcode(status) if status is not None else -9
    if code < 0:
        return Ending(None, -code, cause, tuple(left), lost)
    return Ending(code, None, cause, tuple(left), lost)
