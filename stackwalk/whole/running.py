"""One part of a stack as it runs: launched, ended, stopped, paused, started again."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stackwalk.errors import StackwalkError
from stackwalk.stack.answering import Question
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import Guardian, Program
from stackwalk.stack.limits import Ending, Limits
from stackwalk.stack.listening import Listener
from stackwalk.whole.plan import Part

if TYPE_CHECKING:
    from stackwalk.tap.tapping import Hop

State = Literal["new", "starting", "elsewhere", "ready", "paused", "ended"]
Environment = Callable[[Path, Mapping[int, int]], dict[str, str]]  # from a run folder and moved ports
GLANCE = (0.001, 0.02)  # seconds between two looks, at first and later
HERE = frozenset({"127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1"})  # where it can be reached from here
END_PATIENCE = 5.0  # seconds for what was killed to be gone


class Running:
    """One part: at most one program of it runs at a time."""

    def __init__(
        self, part: Part, guardian: Guardian, folder: Path, scratch: Path, limits: Limits | None = None
    ) -> None:
        self.part = part
        self.name = part.name
        self.port = part.spec.port  # the one, as typed, where it is looked for
        self.program: Program | None = None
        self.ending: Ending | None = None  # of its last program
        self.launched_at = 0.0
        self.entry = 0  # the port of its hop, known before there is one
        self.hop: Hop | None = None  # where the part before it comes in
        self.listener: Listener | None = None  # where it listens, once it does
        self.launches = 0
        self._guardian = guardian
        self._folder = folder
        self._scratch = scratch
        self._limits = limits
        self._question: Question | None = None
        self._answered = False
        self._paused: tuple[int, ...] = ()
        self.door_open = False  # clients of its hop get in
        self._aimed = 0  # the port that its hop leads to

    # What it is told to do

    def launch(
        self, argv: Sequence[str], environment: Environment, moved: Mapping[int, int], *, folder: Path | None = None
    ) -> Program:
        """Start its program, without waiting. Raises StackwalkError where it can't be started."""
        if self.program is not None and self.ending is None:
            raise StackwalkError(f"{self.name} runs already.", "Stop it before you start it again.")
        run_dir = self._new_folder()
        self._forget()
        self.launched_at = time.monotonic()
        self.program = self._guardian.launch(
            argv, cwd=folder or self._folder, environment=environment(run_dir, moved), limits=self._limits
        )
        self.launches += 1
        return self.program

    def try_out(self, argv: Sequence[str], environment: Environment, seconds: float) -> tuple[Ending | None, str]:
        """Run another program with all that this part's has, to its end: how that was, and what it printed.

        None: it did not come to an end within so many seconds, and was ended.
        """
        moved = {port: free_port() for port in self.part.spec.moved}
        with self._guardian.launch(
            argv, cwd=self._folder, environment=environment(self._new_folder(), moved), limits=self._limits
        ) as program:
            return program.wait(seconds), program.output.text()

    def look_anew(self) -> None:
        """It has taken a new file: where it listens is to be seen again. Clients come in as before meanwhile."""
        self.listener = None

    def kill(self) -> Ending | None:
        """SIGKILL to its first process, as `kill -9` does; what it leaves behind ends with it. None: it did not run."""
        return self._end_by(signal.SIGKILL, END_PATIENCE)

    def stop(self, patience: float = 10.0) -> Ending | None:
        """SIGTERM: it may finish what it is at, for so many seconds. None: it did not run."""
        return self._end_by(signal.SIGTERM, patience)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to its first process."""
        if self.program is not None and self.program.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.program.pid, number)

    def pause(self) -> None:
        """Stop all its processes where they are (SIGSTOP): it takes connections, and answers none."""
        if self.program is None or self._paused:
            return
        # Its first process first, so that it starts no others meanwhile.
        self._paused = self.program.processes()
        for pid in self._paused:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        paused, self._paused = self._paused, ()
        for pid in paused:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def hold(self) -> None:
        """Clients who come from now on wait for its next program: it is started anew at once."""
        if self.hop is not None and self.door_open:
            self.hop.aim("hold")
            self._aimed = 0

    def end(self, patience: float = 0.0) -> None:
        """End it and all that it has started."""
        self.resume()
        if self.program is not None:
            self.ending = self.program.end(patience)
        self._forget_question()

    # What is known of it

    @property
    def folder(self) -> Path:
        """Where its program runs: the workspace."""
        return self._folder

    @property
    def pid(self) -> int | None:
        """Of its first process; None: it does not run."""
        return None if self.program is None or self.ending is not None else self.program.pid

    @property
    def state(self) -> State:
        """As the last look has seen it."""
        if self.program is None:
            return "new"
        if self.ending is not None:
            return "ended"
        if self._paused:
            return "paused"
        if self.listener is not None and self._answered:
            return "ready"
        return "starting"

    @property
    def address(self) -> str:
        """Where the part before it finds it ("127.0.0.1:23001"): its tap, where there is one."""
        if self.entry:
            return f"127.0.0.1:{self.entry}"
        return "" if self.listener is None else f"127.0.0.1:{self.listener.port}"

    @property
    def is_starting(self) -> bool:
        """Whether it runs, and its listener or its answer is still waited for."""
        return self.program is not None and self.ending is None and (self.listener is None or not self._answered)

    def look(self, for_listeners: bool = True) -> bool:
        """See how it is now, and open or shut its door accordingly; whether anything has changed. Never waits.

        `for_listeners`: where it listens, too, which takes longer than all the rest.
        """
        before = self.state, self.door_open
        if self.program is not None and self.ending is None:
            if self.program.poll() is not None:
                self.ending = self.program.end(0.0)  # what it has left behind goes with it
                self._forget_question()
            elif not self._paused:
                if for_listeners and self.is_starting:
                    self._find_listener(self.program)
                self._hear_answer()
        self._keep_door()
        return before != (self.state, self.door_open)

    def answers(self) -> None:
        """Somebody else has had an answer of it already: it need not be asked once more.

        A question that is not looked at again soon holds up Gunicorn's worker, which waits 2 s for its client to
        hang up.
        """
        self._answered = True
        self._forget_question()

    def _new_folder(self) -> Path:
        """A folder of this launch's own."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = self._scratch / f"{self.name}-{number}"
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                break
        return folder

    def _find_listener(self, program: Program) -> None:
        right = (each for each in program.listeners() if each.kind == "tcp" and each.typed == self.port)
        self.listener = next((each for each in right if each.address in HERE), None)

    def _hear_answer(self) -> None:
        if self.listener is None or self._answered:
            return
        if not self.part.spec.answers:
            self._answered = True
            return
        if self._question is None:
            self._question = Question("::1" if ":" in self.listener.address else "127.0.0.1", self.listener.port)
        if self._question.look():
            self._answered = True
            self._forget_question()

    def _keep_door(self) -> None:
        """A door is open as long as something listens behind it: who comes to a dead part is refused, as ever.

        A tap that took the connection first and reset it then would be another thing than a refusal: nginx gives
        the request to the next server only if it has not been sent.
        """
        if self.hop is None:
            return
        if self.listener is not None and self.ending is None:
            if self._aimed != self.listener.port:
                host = "::1" if self.listener.address == "::1" else "127.0.0.1"
                self.hop.aim((host, self.listener.port))
                self._aimed = self.listener.port
            if not self.door_open:
                from stackwalk.tap.door import DoorTaken  # no program starts later for it

                with contextlib.suppress(DoorTaken):  # somebody has the port by now; it is tried again
                    self.hop.take()
                    self.door_open = True
        elif self.door_open and self.ending is not None:
            self.hop.release()
            self.door_open = False

    def _end_by(self, number: signal.Signals, patience: float) -> Ending | None:
        if self.program is None or self.ending is not None:
            return None
        self.resume()
        self.send(number)
        self.program.wait(patience)
        self.ending = self.program.end(0.0)
        self._forget_question()
        self.look()
        return self.ending

    def _forget(self) -> None:
        self._forget_question()
        self.ending = None
        self.listener = None
        self._answered = False
        self._paused = ()

    def _forget_question(self) -> None:
        if self._question is not None:
            self._question.close()
            self._question = None
