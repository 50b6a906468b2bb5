"""Inside one run: pytest, made lean, with a reporter that turns each check into a finding as it ends.

Nothing of the learner's steers it: its own settings, its own root folder, no conftest, no plugins but these.
Nothing is written beside the checks.
"""

import importlib.util
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from stackwalk.check import plugin
from stackwalk.check.bench import Bench
from stackwalk.check.child import Tell, await_gate, teller
from stackwalk.check.crash import Crash, bounded, last_crash
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.mistake import BrokenRule, Evidence, Mistake, seen_in
from stackwalk.check.opening import opened_bench, readied
from stackwalk.check.plan import Plan
from stackwalk.check.spread import Spread
from stackwalk.check.verdict import Cause, Finding, Outcome
from stackwalk.check.workspace import SPOILT
from stackwalk.course.lesson import Lab, Step
from stackwalk.errors import StackwalkError
from stackwalk.stack.launch import guarding

_UNUSED = (
    "terminal", "cacheprovider", "logging", "unraisableexception", "threadexception", "faulthandler",
    "junitxml", "doctest", "unittest", "pastebin", "stepwise", "setuponly", "setupplan", "debugging",
    "tmpdir", "legacypath", "recwarn", "monkeypatch", "warnings", "capture", "skipping", "subtests",
)  # fmt: skip
_LEAN = tuple(part for name in _UNUSED for part in ("-p", f"no:{name}"))


def run_checks(plan: Plan, opened: Callable[[], Bench], tell: Tell, spread: Spread | None = None) -> None:
    """Run the plan's checks; tell "began" and "finding" for each, and "done" at the end.

    opened() gives the bench, and is called when all checks have been collected. What it raises comes out here.
    Where there is a spread, parts of the plan run side by side instead.
    """
    sys.dont_write_bytecode = True
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    reporter = Reporter(plan, opened, tell, spread)
    root = plan.labs[0].folder
    os.chdir(root)
    arguments = [
        "-c", os.devnull, f"--rootdir={root}", f"--confcutdir={root}", "--noconftest",
        "--import-mode=importlib", "--assert=plain", *_LEAN, *(str(step.check) for step in plan.steps),
    ]  # fmt: skip
    pytest.main(arguments, plugins=[plugin, reporter])
    reporter.finish()


class Reporter:
    """Runs each check by itself and tells what it found."""

    def __init__(self, plan: Plan, opened: Callable[[], Bench], tell: Tell, spread: Spread | None = None) -> None:
        self._plan = plan
        self._opened = opened
        self._bench: Bench
        self._stopped: BaseException | None = None  # the bench could not be opened
        self._tell = tell
        self._spread = spread
        self._steps = {step.check: step for step in plan.steps}
        self._failed = plan.skipped_for  # the first step of which a check failed
        self._found: set[str] = set()  # steps that had a check
        self._mistakes: dict[int, Sequence[Mistake]] = {}
        self._said_slow = False
        self._done = False  # its parts have told all

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Open the bench, and hand it to the fixtures; where there is none, run nothing."""
        if self._spread is not None and self._run_side_by_side(session, self._spread):
            return True
        try:
            self._bench = session.config.stash[plugin.BENCH] = self._opened()
        except (StackwalkError, SystemExit) as error:
            self._stopped = error
            return True
        return None

    def _run_side_by_side(self, session: pytest.Session, spread: Spread) -> bool:
        """Whether the parts of the plan have run beside each other; not where a check file is broken."""
        checks = Counter(self._step(item).id for item in session.items)
        if self._found or any(step.id not in checks for step in self._plan.steps):
            return False
        parts = self._plan.parts(checks)
        if len(parts) == 1:
            return False
        self._done = True
        spread.run(parts, partial(self._be_part, session), self._tell)
        return True

    def _be_part(self, session: pytest.Session, plan: Plan, scratch: Path, writing: int, gated: bool) -> None:
        """Run one part, in a process that was forked for it."""
        self._plan, self._failed, self._tell = plan, plan.skipped_for, teller(writing)
        try:
            if plan.skipped_for is not None:
                self._run_items(session)
                return
            with guarding() as guardian:
                ready = readied(plan, scratch, guardian) if gated else None
                given = await_gate(writing, plan) if gated else plan
                self._bench = opened_bench(given, scratch, guardian, ahead=True, ready=ready)
                session.config.stash[plugin.BENCH] = self._bench
                self._run_items(session)
        except StackwalkError as error:
            self._tell("blocked", f"{error.what} {error.try_this}")

    def _run_items(self, session: pytest.Session) -> None:
        """Run this part's share of the checks."""
        which, of = self._plan.share
        items: list[pytest.Item] = []
        for step in self._plan.steps:
            own = [item for item in session.items if self._step(item) == step]
            items += own[len(own) * which // of : len(own) * (which + 1) // of]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        self._tell("done", None)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check file that cannot be imported is broken."""
        if report.failed:
            step = next((step for step in self._plan.steps if str(step.check) in self._place(report)), None)
            if step is not None:
                self._broken(
                    step,
                    "check",
                    step.title,
                    f"check.py could not be read: {_last_line(str(report.longrepr))}",
                )

    def _place(self, report: pytest.CollectReport) -> str:
        return str(self._plan.labs[0].folder / report.nodeid)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what a later step replaces."""
        items[:] = [
            item for item in items if f"{self._step(item).id}.{plugin.check_name(item)}" not in self._plan.leave_out
        ]

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run one check, or skip it where an earlier step fell short."""
        step, name, title = self._step(item), plugin.check_name(item), title_of(item)
        self._found.add(step.id)
        if self._failed is not None and step != self._failed:
            self._say(Finding(step.id, name, title, Outcome.SKIPPED, message=f"Step {self._failed.id} comes first."))
            return True
        self._tell("began", [step.id, name, title])
        error = None
        for phase, call in (
            ("setup", partial(item.ihook.pytest_runtest_setup, item=item)),
            ("call", partial(item.ihook.pytest_runtest_call, item=item)),
            ("teardown", partial(item.ihook.pytest_runtest_teardown, item=item, nextitem=nextitem)),
        ):
            if phase == "call" and error is not None:
                continue
            info = pytest.CallInfo.from_call(call, when=phase, reraise=(KeyboardInterrupt,))  # type: ignore[arg-type]
            if info.excinfo is not None and error is None:
                error = info.excinfo.value
        self._say(self._finding(step, name, title, error))
        return True

    def pytest_internalerror(self, excrepr: object) -> None:
        """pytest itself, or a hook of ours, raised."""
        step = self._failed or self._plan.steps[0]
        self._broken(step, "check", step.title, f"the run broke off: {_last_line(str(excrepr))}")

    def finish(self) -> None:
        """A step of which no check was found is broken; then the run is done."""
        if self._stopped is not None:
            raise self._stopped
        if self._done:
            return
        for step in self._plan.steps:
            if step.id not in self._found:
                self._broken(step, "check", step.title, "no check was found in check.py")
        self._tell("done", None)

    def _step(self, item: pytest.Item) -> Step:
        return self._steps[item.path]

    def _broken(self, step: Step, name: str, title: str, why: str) -> None:
        self._found.add(step.id)
        self._say(Finding(step.id, name, title, Outcome.BROKEN, message=f"{_OUR_SLIP} {why}."))

    def _say(self, finding: Finding) -> None:
        falls_short = finding.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
        if falls_short and self._failed is None and not self._plan.each:
            self._failed = next(step for step in self._plan.steps if step.id == finding.step)
        self._tell("finding", finding.to_value())

    def _finding(self, step: Step, name: str, title: str, error: BaseException | None) -> Finding:
        if error is None:
            own = self._bench.copy.as_learner
            said = " ".join([*self._bench.ground.notes, self._slow_start()]).strip()
            return Finding(
                step.id,
                name,
                title,
                Outcome.PASSED,
                message=own(said),
                notes=tuple(map(own, self._bench.ground.remarks)),
            )
        match error:
            case LearnerFailure():
                return self._failure(step, name, title, error)
            case StackwalkError(what=what, try_this=hint):
                return Finding(step.id, name, title, Outcome.BLOCKED, Cause.NEEDS, what, hint=hint)
            case AssertionError() | pytest.fail.Exception():
                message = _first_line(str(error)) or f"This does not hold yet: {title}."
                return self._failure(step, name, title, LearnerFailure(message))
            case pytest.skip.Exception():
                return Finding(step.id, name, title, Outcome.BLOCKED, Cause.NEEDS, str(error))
        if isinstance(error, OSError) and self._bench.copy.is_spoilt():
            return self._failure(step, name, title, LearnerFailure(SPOILT))
        where = _where_raised(error, step.check)
        why = f"it raised {type(error).__name__}: {_first_line(str(error))}{where}"
        return Finding(step.id, name, title, Outcome.BROKEN, message=f"{_OUR_SLIP} {why}")

    def _failure(self, step: Step, name: str, title: str, failure: LearnerFailure) -> Finding:
        own = self._bench.copy.as_learner
        server = self._bench.in_use
        printed = server.output() if server is not None else own(failure.output)
        crash = last_crash(own(failure.output), str(self._bench.copy.origin))
        evidence = Evidence(
            step=step.id, check=name, cause=failure.cause, message=own(failure.message),
            output=printed or own(failure.output), traceback=crash.text if crash else "",
            answer=self._bench.last_answer, printed=self._bench.printed,
            asked=self._plan.asked, request=self._bench.ground.asked, came=self._bench.ground.transcript.came,
            expected=own(failure.expected), stands=own(failure.stands), sources=self._bench.sources(),
        )  # fmt: skip
        try:
            seen = seen_in(evidence, self._mistakes_of(self._plan.lab_of(step)))
        except BrokenRule as error:
            return Finding(step.id, name, title, Outcome.BROKEN, message=f"{_OUR_SLIP} In mistakes.py {error}.")
        message = own(failure.message)
        if seen is not None:
            mistake, sentence = seen
            bare = crash is None or not mistake.placed or _names_place(sentence, crash)
            message = sentence if bare or crash is None else f"{crash.place}{sentence}"
        hint, notes = own(failure.hint), failure.notes
        if seen is None and failure.blame is not None:
            message += "" if message.endswith((".", "!", "?")) else "."
            message = f"{message} {failure.blame.place}: {own(failure.blame.means)}"
            hint = hint or own(failure.blame.try_this)
        if failure.stands and not re.search(r"\bline \d", message):
            message = f"{message} {failure.stands}"
        outcome = failure.cause.outcome if isinstance(failure.cause, Cause) else Outcome.FAILED
        if hint.strip(" .") in message:
            hint = ""
        pieces = self._bench.ground.transcript.pieces if failure.transcript is None else failure.transcript
        return Finding(
            step.id, name, title, outcome, failure.cause, message, own(failure.expected), own(failure.actual),
            hint, pieces, bounded(own(failure.output)), works=failure.works,
            notes=tuple(note for note in map(own, notes) if not _said_already(note, message)),
        )  # fmt: skip

    def _mistakes_of(self, lab: Lab) -> Sequence[Mistake]:
        if lab.mistakes is None:
            return ()
        if lab.number not in self._mistakes:
            self._mistakes[lab.number] = read_mistakes(lab.mistakes)
        return self._mistakes[lab.number]

    def _slow_start(self) -> str:
        server = self._bench.in_use
        if self._said_slow or server is None or not server.starts_slowly:
            return ""
        self._said_slow = True
        ready = "answered" if server.answers else "listened"
        return f"Your program took {server.started_in:.1f} s until it {ready}."


def _said_already(note: str, message: str) -> bool:
    """Whether a failure speaks of the same line of the same file: "nginx.conf, line 3"."""
    place = note.partition(": ")[0]
    return re.search(rf"{re.escape(place)}(?!\d)", message) is not None


def _names_place(sentence: str, crash: Crash) -> bool:
    """Whether a sentence says itself where the crash was: "line 8 of server.py"."""
    return bool(crash.file and crash.file in sentence and re.search(r"\bline \d", sentence))


_OUR_SLIP = "This check is broken; that is a slip of the lab's, not of yours:"


def title_of(item: pytest.Item) -> str:
    """What the learner reads: the first paragraph of the check's docstring, on one line."""
    text = getattr(getattr(item, "obj", None), "__doc__", None) or ""
    return " ".join(text.strip().partition("\n\n")[0].split()) or plugin.check_name(item).replace("_", " ")


def read_mistakes(file: Path) -> Sequence[Mistake]:
    """The MISTAKES of a lab's mistakes.py. Raises BrokenRule where there are none."""
    spec = importlib.util.spec_from_file_location("stackwalk_lab_mistakes", file)
    if spec is None or spec.loader is None:
        raise BrokenRule("nothing can be imported")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        mistakes = tuple(module.MISTAKES)
    except Exception as error:  # a lab's code: whatever it raises is said
        raise BrokenRule(f"{type(error).__name__} was raised: {error}") from error
    if not all(isinstance(mistake, Mistake) for mistake in mistakes):
        raise BrokenRule("MISTAKES holds something that is no Mistake")
    return mistakes


def _where_raised(error: BaseException, file: Path | None) -> str:
    """The last line of the check file that was being run."""
    place, trace = "", error.__traceback__
    while trace is not None:
        if file is not None and trace.tb_frame.f_code.co_filename == str(file):
            place = f" (check.py, line {trace.tb_lineno})"
        trace = trace.tb_next
    return place


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2].removeprefix("E").strip()
