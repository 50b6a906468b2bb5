"""What the checks of one run share: the copy of the workspace, the guardian, the time, the programs.

The learner's program of a lab is launched once and shared while it lives and checks pass; after a check that
failed, or its own end, the next check gets a fresh one. A launch that failed is remembered: the checks after
it fail at once, with the same words.
"""

import contextlib
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stackwalk.check.ahead import Ahead
from stackwalk.check.answer import Answer
from stackwalk.check.budget import Budget
from stackwalk.check.client import PATIENCE
from stackwalk.check.copy import Copy
from stackwalk.check.errand import Errand
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.fresh import Fresh
from stackwalk.check.ground import Ground
from stackwalk.check.server import LIMITS, Server
from stackwalk.check.source import must_be_readable
from stackwalk.check.transcript import Transcript
from stackwalk.check.verdict import Cause
from stackwalk.course.lesson import Lab, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import Guardian
from stackwalk.stack.standing import asked_in

if TYPE_CHECKING:
    from stackwalk.check.stack import Stack  # imported where a lab has one: the others start sooner without it
    from stackwalk.check.stack_ahead import StackAhead

Specs = tuple[ProgramSpec, ...]  # the outermost program, and the services that it may speak to
IMPATIENCE = 1.0  # seconds without a byte, once the program has been silent for longer than that
AGAIN = 2.0  # seconds until a program must be ready, once a launch of the same file has been waited for in vain
VAIN = 2  # such launches of a file, after which it is not launched again
SOURCE_LIMIT = 100_000  # bytes of a file that mistakes' rules may read
SOURCES = 50  # files of it


def specs_at(lab: Lab, step: Step, graded: Iterable[Step]) -> Specs:
    """What runs for the checks of a step: the outermost program, and the services that it may speak to."""
    outermost = lab.programs_at(step)[0]
    if not outermost.server:
        return (outermost,)
    # The learner's one file is as the latest step asks for it: that step says whom it may name.
    steps = (one for one in graded if one.lab == lab.number)
    return (outermost, *lab.services_at(max(steps, key=lambda one: one.number, default=step)))


class Bench:
    """The state of one run of checks, from check to check."""

    def __init__(
        self, copy: Copy, guardian: Guardian, *, seed: str, budget: float, start_patience: float,
        scratch: Path, labs: Mapping[Path, tuple[Lab, Step]], ready: "Ahead | StackAhead | None" = None,
    ) -> None:  # fmt: skip
        self.copy = copy
        self.guardian = guardian
        self.seed = seed
        self.labs = labs  # check.py -> its lab and step
        self._scratch = scratch
        self._ready = ready  # a program at its gate, or the services of a stack
        self._seconds = budget
        self._start_patience = start_patience
        self._lab: Lab | None = None
        self._step: Step | None = None
        self._shared: Server | Stack | None = None
        self._spec: Specs = ()  # of the shared program, and of the services behind it
        self._failed_launch: LearnerFailure | None = None
        self._failed_words = ""  # what that program printed
        self._silent: dict[
            tuple[str, int], list[tuple[LearnerFailure, str]]
        ] = {}  # launches of a file waited for in vain
        self._files: dict[str, bytes | None] = {}  # what was launched, as it was copied
        self._launched: list[Server] = []  # by this check, for itself alone
        self._errands: list[Errand] = []  # the same
        self._endless: set[str] = set()  # commands that were waited for in vain
        self.ground = Ground(Transcript(), Budget(budget))
        self._impatient = False  # a check has waited in vain
        self._remarked = False  # what the web server took in silence has been said
        self.fresh = Fresh(seed)
        self.check = ""
        self.printed = ""  # by the programs of this check, as far as it is kept

    def begin(self, file: Path, check: str) -> None:
        """A check begins."""
        lab, step = self.labs[file]
        if self._lab is not None and lab.number != self._lab.number:
            self._end_shared()
            self._failed_launch = None
            self._impatient = False
            self._silent.clear()
        if lab != self._lab:
            self.ground.budget = Budget(self._seconds)
        self._lab, self._step = lab, step
        self.printed = ""
        self.check = f"{step.id}.{check}"
        self.ground.begin(Transcript())
        self.fresh = Fresh(self.seed, self.check)

    def prepare(self, lab: Lab, step: Step) -> None:
        """Launch a step's program ahead of its first check, without waiting; a failure is remembered."""
        self._lab, self._step = lab, step
        self.ground.budget = Budget(lab.budget or self._seconds)
        self._spec = self._specs()
        try:
            self._shared = self._new_shared(self._spec)
        except LearnerFailure as failure:
            self._failed_launch = failure

    def server(self) -> Server:
        """The lab's program, listening. Raises LearnerFailure where it does not come to that."""
        shared = self._shared_when_ready()
        if not isinstance(shared, Server):
            raise RuntimeError("this lab's program has services behind it: a check asks for `stack`")
        return shared

    def stack(self) -> "Stack":
        """The lab's web server and all behind it, ready. Raises LearnerFailure where it does not come to that."""
        shared = self._shared_when_ready()
        if isinstance(shared, Server):
            raise RuntimeError("this lab's program is no web server: a check asks for `server`")
        return shared

    def _specs(self) -> Specs:
        if self._lab is None or self._step is None:
            raise RuntimeError("no check has begun")
        return specs_at(self._lab, self._step, (step for _, step in self.labs.values()))

    @property
    def _latest(self) -> Step | None:
        """The latest step of this lab that is graded."""
        number = 0 if self._lab is None else self._lab.number
        steps = (step for lab, step in self.labs.values() if lab.number == number)
        return max(steps, key=lambda step: step.number, default=None)

    def remark(self, stack: "Stack") -> None:
        """Say once, with a check of the latest step that passes, what the web server takes and is likely a slip."""
        if self._remarked or self._step != self._latest:
            return
        self._remarked = True
        self.ground.remarks = stack.notes()

    def _shared_when_ready(self) -> "Server | Stack":
        specs = self._specs()
        if specs != self._spec:
            self._end_shared()
            self._spec, self._failed_launch = specs, None
        if self._failed_launch is not None:
            self.printed = self._failed_words
            raise self._failed_launch
        if self.ground.budget.left == 0:
            raise self.ground.budget.spent()
        if self._shared is not None and self._shared.ready and not self._shared.running:
            self._end_shared()
        try:
            if self._shared is None:
                self._shared = self._new_shared(specs)
            if self._shared.ready:
                self._shared.begin_check()
            if isinstance(self._shared, Server):
                self._await_ready(self._shared, specs[0])
            else:
                self._shared.await_ready()
        except LearnerFailure as failure:
            self._failed_launch = failure
            self._hear()
            self._failed_words = self.printed
            self._end_shared()
            raise
        return self._shared

    def launch(self, spec: ProgramSpec, *, ready: bool = True) -> Server:
        """A program for this check alone; it ends with the check."""
        vain = self._silent.get((spec.file, spec.port), [])
        if ready and len(vain) >= VAIN:
            failure, self.printed = vain[-1]
            raise failure
        server = self._new(spec, self._lab.patience if self._lab else None)
        self._launched.append(server)
        if ready:
            self._await_ready(server, spec)
        return server

    def _await_ready(self, server: Server, spec: ProgramSpec) -> None:
        """Wait until it is ready, less long where the same file has been silent before: a slow one has come by then."""
        vain = self._silent.setdefault((spec.file, spec.port), [])
        try:
            server.await_ready(AGAIN if vain else None)
        except LearnerFailure as failure:
            if failure.cause in (Cause.SILENT, Cause.NOT_LISTENING):
                vain.append((failure, server.output()))
            raise

    def errand(self, run: tuple[str, ...], file: str, called: str) -> Errand:
        """Start a command that runs to its end; it ends with the check at the latest.

        Raises LearnerFailure where its file is not there, or the command cannot be run.
        """
        must_be_readable(self.copy, file)
        self._as_it_was(file)
        run_dir = Path(tempfile.mkdtemp(dir=self._scratch, prefix="run-"))
        environment = learner_environment(self.copy.origin, run_dir, {})
        environment.pop("PYTHONPYCACHEPREFIX", None)
        environment |= asked_in(run_dir)
        environment["PYTHONDONTWRITEBYTECODE"] = "1"  # a check edits what is imported, twice within a second
        try:
            program = self.guardian.launch(run, cwd=self.copy.root, environment=environment, limits=LIMITS)
        except StackwalkError as error:
            raise LearnerFailure(error.what, Cause.NEEDS, hint=error.try_this) from None
        line = called or shlex.join(run)
        patience = AGAIN if line in self._endless else None
        errand = Errand(line, program, self.ground.budget, self.copy, patience, self._endless.add)
        self._errands.append(errand)
        return errand

    @property
    def in_use(self) -> "Server | Stack | None":
        """The shared program, where there is one."""
        return self._shared

    def failed(self, cause: Cause | str) -> None:
        """A check failed: the next one gets a fresh program, and waits less for one that has been silent before."""
        self._hear()
        if cause in (Cause.SILENT, Cause.TOO_SLOW):
            self._impatient = True
        self.spoil()

    def spoil(self) -> None:
        """The next check gets a fresh program."""
        self._end_shared()

    def end_check(self) -> None:
        """A check is over: what it launched for itself ends."""
        for server in self._launched:
            server.end()
        self._launched.clear()
        for errand in self._errands:
            errand.end()
        self._errands.clear()
        self.ground.close_connections()
        if self._shared is not None and self._shared.touched:
            self.spoil()
        if self.ground.gave_up and not (self._shared is not None and self._shared.starts_slowly):
            self.spoil()

    def _hear(self) -> None:
        """Keep what the programs have printed, for what a failure is told by."""
        programs: list[Errand | Server | Stack] = [*self._errands, *self._launched]
        programs += [] if self._shared is None else [self._shared]
        self.printed = "\n".join(filter(None, (program.output() for program in programs))) or self.printed

    def _end_shared(self) -> None:
        if self._shared is not None:
            self._shared.end()
            self._shared = None

    def _new_shared(self, specs: Specs) -> "Server | Stack":
        patience = self._lab.patience if self._lab else None
        if not specs[0].server:
            return self._new(specs[0], patience)
        from stackwalk.check.stack import Stack

        for spec in specs:
            self._as_it_was(spec.file)
        ready, self._ready = self._ready, None
        begun = None if ready is None or isinstance(ready, Ahead) else ready
        if begun is not None and begun.specs != specs:
            begun.whole.end()
            begun = None
        stack = Stack(
            self.ground, self.guardian, self.copy, specs[0], specs[1:], self._run_dir(),
            patience=self._patience(patience), start_patience=self._start_patience,
            begun=None if begun is None else begun.whole,
        )  # fmt: skip
        try:
            stack.begin()
        except BaseException:
            stack.end()
            raise
        return stack

    def _run_dir(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self._scratch, prefix="run-"))

    def _patience(self, given: float | None) -> float:
        return min(given or PATIENCE, IMPATIENCE) if self._impatient else given or PATIENCE

    def _new(self, spec: ProgramSpec, patience: float | None) -> Server:
        self._as_it_was(spec.file)
        server = Server(
            self.ground, self.guardian, self.copy, spec, self._run_dir(),
            patience=self._patience(patience), start_patience=self._start_patience,
        )  # fmt: skip
        ready, self._ready = self._ready, None
        server.begin(ready if isinstance(ready, Ahead) else None)
        return server

    def _as_it_was(self, file: str) -> None:
        """Make the program's file again where a program before it has changed or removed it, or its folder."""
        target, root = self.copy.root / file, self.copy.root
        self._scratch.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            if file not in self._files:
                self._files[file] = target.read_bytes() if target.is_file() else None
            original = self._files[file]
            if original is None or (target.is_file() and target.read_bytes() == original):
                return
            if not root.is_dir():
                root.unlink(missing_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(original)

    @property
    def last_answer(self) -> Answer | None:
        """The last answer that the present check had."""
        return self.ground.answer

    def sources(self) -> Mapping[str, str]:
        """The learner's files of text, by relative name, as they stand in their own folder."""
        # Not those of the copy: a program may have changed or removed these.
        return dict(self._read_sources())

    def _read_sources(self) -> Iterator[tuple[str, str]]:
        root = self.copy.origin
        files = [root / name for name in (self._lab.files if self._lab else ())]
        files += sorted(root.glob("[!.]*")) + sorted(root.glob("[!.]*/[!.]*")) + sorted(root.glob("[!.]*/[!.]*/[!.]*"))
        for file in [one for one in dict.fromkeys(files) if one.is_file()][:SOURCES]:
            try:
                if file.stat().st_size <= SOURCE_LIMIT:
                    yield str(file.relative_to(root)), file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
