"""A stack in the foreground until Ctrl+C: its programs, their words, and other terminals that reach it by a socket."""

import contextlib
import json
import os
import queue
import select
import socket
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwalk.errors import StackwalkError
from stackwalk.tap.door import DoorTaken, next_free_port
from stackwalk.up.control import LONGEST
from stackwalk.up.journal import Journal
from stackwalk.up.part import elsewhere, how, told_part, why_not
from stackwalk.up.reloading import noticed, reload
from stackwalk.up.saying import Sayings
from stackwalk.whole.stack import Refused, Stack
from stackwalk.whole.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackwalk.course.saves import Saves
    from stackwalk.screen.console import Screen
    from stackwalk.whole.running import Running

FELL_SHORT = 1  # the exit status where the learner's own files keep it from running
TRIES = 5  # free ports that somebody may snatch away
QUIET, LATE, STARTING = 0.25, 0.05, 0.01  # seconds between two looks: once all are ready, and before
SILENT = 1.0  # seconds for which a stack that starts may keep its terminal waiting for what its programs print
END_PATIENCE = 5.0  # seconds in which each part may end by itself
START_PATIENCE = 5.0  # seconds after which it is said what is still not ready
ELSEWHERE = 1.0  # seconds after which a part that listens on other ports is taken to have opened all that it will
MOST_CLIENTS = 16  # terminals that ask at the same time

Told = dict[str, Any]


class Up:
    """The loop: programs, their words, other terminals, the end."""

    def __init__(self, stack: Stack, workspace: Path, control: socket.socket, screen: "Callable[[], Screen]") -> None:
        self.status: int | None = None
        self._stack = stack
        self._workspace = workspace
        self._control = control
        self._sayings = Sayings(screen)
        self._clients: dict[socket.socket, bytes] = {}  # who asks, and what has come of it so far
        self._tails: dict[Path, Tail] = {}  # the front's own logs
        self._heard: dict[str, int] = {}  # which launch of a part is listened to
        self._saves: Saves | None = None
        self._saved: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
        self._pending: set[str] = set()  # what was saved and is not taken in yet
        self._shown = 0  # the number of the last line that was shown
        self._told: dict[str, tuple[str, int]] = {}  # of each part: state and launches, as they were said
        self._strayed: dict[str, float] = {}  # parts that listen elsewhere, since when
        self._was_ready = False
        self._said_slow = False
        self._said_odd = False
        self._began = 0.0
        self._door = 0
        self._bell, self._ringer = os.pipe()
        for end in (self._bell, self._ringer):
            os.set_blocking(end, False)
        self._journal = Journal(self._ring)

    def __enter__(self) -> "Up":
        return self

    def __exit__(self, *_: object) -> None:
        if self._saves is not None:
            self._saves.stop()
        for running in reversed(self._stack.parts):
            running.end(END_PATIENCE)
        self._stack.end()
        for client in self._clients:
            client.close()
        os.close(self._bell)
        os.close(self._ringer)

    @property
    def is_drawing(self) -> bool:
        """Whether something is being written to the terminal just now."""
        return self._sayings.is_drawing

    def leave(self, status: int) -> None:
        """Leave with that status; may be called by a signal handler."""
        self.status = status
        self._ring()

    def say(self, text: str) -> None:
        """Say something that is odd, when there is time for it."""
        self._sayings.say(text, "yellow")

    def run(self, port: int | None) -> None:
        """Start everything, and stay until the end."""
        self._began = time.monotonic()
        try:
            self._prepare(port)
            self._stack.start(tests=False)
        except Refused as refused:
            self._refuse(refused)
            self._sayings.show()
            return
        self._take_in()
        while self.status is None and not self._sayings.closed:
            self._turn()

    def _prepare(self, port: int | None) -> None:
        """Take the door, or the next free one where somebody else has it."""
        outermost = self._stack.declared.front or self._stack.declared.services[0]
        wanted = port or outermost.clients_at
        for left in reversed(range(TRIES)):
            try:
                self._stack.prepare(wanted)
            except DoorTaken as taken:
                self._stack.end()
                if port is not None or not left:
                    raise
                self._sayings.say(taken.what, "yellow")
                wanted = next_free_port(wanted)
            else:
                self._door = wanted
                return

    def _turn(self) -> None:
        """Wait for whatever comes next, and take it in."""
        programs = [one.program for one in self._stack.parts if one.program is not None and one.ending is None]
        bells = [program.fileno() for program in programs if program.fileno() >= 0]
        reading: list[Any] = [self._bell, self._control, self._stack.tap, *bells, *self._clients]
        pause = QUIET if self._was_ready else LATE if self._is_late() else STARTING
        ready = select.select(reading, [], [], pause)[0]
        with contextlib.suppress(BlockingIOError):
            while os.read(self._bell, 4096):
                pass
        if self._stack.tap in ready:
            self._stack.tap.read_lines()  # it tells nothing here: it has ended, which is said by what this raises
        if self._control in ready:
            self._accept()
        for client in [one for one in self._clients if one in ready]:
            self._hear(client)
        self._stack.look()
        if self._is_to_be_told():
            refused = None if self._was_ready else self._stack.refused()
            if refused is not None:
                self._refuse(refused)
            else:
                if not self._said_odd:
                    self._said_odd = True
                    self._stack.examine()
                    for text in self._odd():
                        self._sayings.say(text, "yellow")
                self._tell_saves()
                self._read_logs()
                self._show_lines()
                self._tell_changes()
            self._sayings.show()

    def _is_to_be_told(self) -> bool:
        """Not while it starts: what draws has much to import, and would take the time from the programs."""
        parts = self._stack.parts
        is_over = self._stack.ready or any(one.state == "ended" for one in parts)
        return self._was_ready or is_over or self._is_late()

    def _is_late(self) -> bool:
        return time.monotonic() - self._began > SILENT

    # What is said here

    def _tell_changes(self) -> None:
        for running in self._stack.parts:
            now = running.state, running.launches
            before, self._told[running.name] = self._told.get(running.name), now
            if now != before and running.state == "ended":
                self._tell_end(running)
        if self._stack.ready and not self._was_ready:
            self._was_ready = True
            self._watch()
            seconds = time.monotonic() - self._began
            self._sayings.show_status(self.told_status())
            self._sayings.say(f"Ready in {seconds:.2f} s. Ctrl+C ends it.")
            self._sayings.say(f"Its traffic, in another terminal: stackwalk trace localhost:{self._door}")
        if not self._was_ready and self.status is None:
            self._tell_elsewhere()
        waited = time.monotonic() - self._began
        if not self._was_ready and not self._said_slow and waited > START_PATIENCE:
            self._said_slow = True
            late = [one for one in self._stack.parts if one.state != "ready"]
            for one in late:
                self._sayings.say(f"{one.name} is not ready yet: {why_not(one)}", "yellow")
        if all(one.state == "ended" for one in self._stack.parts):
            self.status = FELL_SHORT

    def _tell_end(self, running: "Running") -> None:
        words = f"{running.name} has ended: {how(running)}"
        if not self._was_ready:
            # What was never whole is no stack: it ends, and says why.
            self.status = FELL_SHORT
        else:
            if running.part == self._stack.plan.outermost:
                words += f" Clients of localhost:{self._door} are refused now."
            if any(one.state != "ended" for one in self._stack.parts):
                words += f" To start it again: stackwalk reload {running.name}"
        self._sayings.say(words, "red")

    def _tell_elsewhere(self) -> None:
        """What listens, and not where it is looked for, will not become ready."""
        now = time.monotonic()
        for running in self._stack.parts:
            if running.ending is not None or running.listener is not None or not elsewhere(running):
                self._strayed.pop(running.name, None)
            elif now - self._strayed.setdefault(running.name, now) > ELSEWHERE:
                self.status = FELL_SHORT
                file = running.part.spec.settings or running.part.spec.file
                words = f"{running.name} can't be reached: {why_not(running)} Correct the port in {file}."
                self._sayings.say(words, "red")

    def _refuse(self, refused: Refused) -> None:
        self.status = FELL_SHORT
        self._sayings.say(refused.what, "red")
        self._sayings.say(f"Try: {refused.try_this}")

    def _show_lines(self) -> None:
        self._shown, lines = self._journal.after(self._shown)
        self._sayings.show_lines(lines, max((len(one.name) for one in self._stack.parts), default=0))

    # What is known

    def _take_in(self) -> None:
        """Listen to programs that are new, and read the logs of the front as it is now."""
        for running in self._stack.parts:
            if running.program is not None and self._heard.get(running.name) != running.launches:
                self._heard[running.name] = running.launches
                running.program.output.watch(partial(self._journal.add, running.name))
        if self._stack.front is not None:
            logs = (*self._stack.front.logs.values(), *self._stack.front.image_logs)
            self._tails = {path: self._tails.get(path) or Tail(path) for path in logs}

    def _odd(self) -> list[str]:
        """What is odd about the front's file."""
        said = []
        for one in self._stack.complaints:
            if one.severity in ("warning", "note"):
                where = f"{one.file}, line {one.line}: " if one.line is not None else ""
                said.append(f"{where}{one.means} {one.try_this}")
        return said

    def _read_logs(self) -> None:
        front = self._stack.front
        if front is None:
            return
        for tail in self._tails.values():
            lines = tuple(line for read in tail.read() if (line := front.logged(read)) is not None)
            if lines:
                self._journal.add(self._stack.plan.outermost.name, lines)

    # Saved files

    def _watch(self) -> None:
        from stackwalk.course.saves import Saves  # not while the programs start: it takes a while to be imported

        self._saves = Saves(self._workspace, self._front_files(), self._note_saved)
        self._saves.start()

    def _note_saved(self, paths: tuple[str, ...]) -> None:
        self._saved.put(paths)
        self._ring()

    def _front_files(self) -> tuple[str, ...]:
        """The web server's own files, as they are called in the workspace."""
        if self._stack.front is None:
            return ()
        root = self._workspace.absolute()
        files = (file for file in self._stack.front.files if file.is_relative_to(root))
        return (*(str(file.relative_to(root)) for file in files), self._stack.plan.outermost.spec.file)

    def _tell_saves(self) -> None:
        """A service goes on with what it has read: say so, once of each file."""
        saved: set[str] = set()
        while not self._saved.empty():
            saved.update(self._saved.get())
        kept = tuple(folder for part in self._stack.plan.parts for folder in part.spec.keeps)
        for text in noticed(saved - self._pending, self._front_files(), kept):
            self._sayings.say(text, "yellow")
        self._pending |= saved

    def _reload(self, name: str | None) -> Told:
        told = list(reload(self._stack, name, self._workspace))
        self._pending.clear()
        self._take_in()
        front = self._stack.plan.front
        odd = self._odd() if front is not None and name in (None, front.name) else []
        for text in odd:
            self._sayings.say(text, "yellow")
        for text, well in told:
            self._sayings.say(text, "" if well else "red")
        return {"told": [*odd, *(text for text, _ in told)], "took": all(well for _, well in told)}

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._ringer, b".")

    def told_status(self) -> Told:
        """All that is known of the stack, as JSON holds it."""
        return {
            "format": 1,
            "pid": os.getpid(),
            "workspace": str(self._workspace),
            "door": self._door,
            "ready": self._stack.ready,
            "hops": [{"name": hop.name, "title": hop.title} for hop in self._stack.plan.hops],
            "parts": [told_part(one) for one in self._stack.parts],
        }

    # Other terminals

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self._control.accept()
            if len(self._clients) >= MOST_CLIENTS:
                client.close()
                return
            client.setblocking(False)
            self._clients[client] = b""

    def _hear(self, client: socket.socket) -> None:
        try:
            data = client.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._clients[client] += data
        if not data or len(self._clients[client]) > LONGEST:
            del self._clients[client]
            client.close()
        elif self._clients[client].endswith(b"\n"):
            question, self._clients[client] = self._clients[client], b""
            self._answer(client, question)

    def _answer(self, client: socket.socket, question: bytes) -> None:
        try:
            told = self._told_to(json.loads(question))
        except (ValueError, AttributeError, TypeError):
            told = {
                "problem": "That is no question which this stackwalk knows.",
                "try_this": "Use the same one for both.",
            }
        except StackwalkError as error:
            told = {"problem": error.what, "try_this": error.try_this}
        client.settimeout(1.0)  # who asks also reads
        with contextlib.suppress(OSError):
            client.sendall(json.dumps(told).encode() + b"\n")
        client.setblocking(False)

    def _told_to(self, question: Told) -> Told:
        match question.get("do"):
            case "status":
                return self.told_status()
            case "reload":
                name = question.get("part")
                return self._reload(None if name is None else str(name))
            case "down":
                self.leave(0)
                return {"pid": os.getpid()}
            case "logs":
                part = question.get("part")
                if part is not None:
                    part = self._stack.plan.part(str(part)).name
                last, lines = self._journal.after(int(question.get("after", 0)), part)
                return {"last": last, "lines": [[line.part, line.text] for line in lines]}
        raise ValueError("unknown")
