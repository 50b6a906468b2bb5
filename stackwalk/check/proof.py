"""`course check`: the course proves itself, by the very checks that learners meet.

For every graded step its start fails, its solution passes, the solution of the step before fails, each
recorded wrong attempt fails with its cause and words, and each check is made to fail by a program that ran.
Every lesson, live ones too, keeps the rules of `course.wording`.
"""

import contextlib
import os
import select
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.scratch import remove
from stackwalk.check.trial import Trial, first_trials, further_trials, made_fail
from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.check.warm import Warm, warming
from stackwalk.course.comparison import hold_comparisons
from stackwalk.course.lesson import Course, Lab, Step
from stackwalk.course.reading import hold_wins, read_attempts
from stackwalk.course.wording import wording_slips

HINTS = 3
AT_ONCE = min(os.cpu_count() or 1, 7) + 1  # trials side by side: one computes for each core, and one waits meanwhile


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold."""

    step: str
    what: str  # a sentence that begins with whose it is: "wrong/no-loop passes, and must not."
    blocked: bool = False  # this machine lacks something: nothing is said about the course


@dataclass(frozen=True, slots=True)
class Result:
    """One trial, judged."""

    step: str
    trial: str
    verdict: Verdict
    problem: Problem | None


OnResult = Callable[[Result], None]


def prove(course: Course, on_result: OnResult | None = None, *, seed: str | None = None) -> list[Problem]:
    """Try everything; the problems in the order of the steps, none where the course holds.

    on_result is called for each trial as it ends. Raises StackwalkError where nothing can be run at all.
    """
    for lab in course.labs:
        hold_wins(lab)
        hold_comparisons(course, lab)
    proof = _Proof(course, on_result or (lambda result: None), seed or new_seed())
    graded = [(lab, step) for lab in course.labs for step in lab.steps if step.check is not None]
    for name, slip in wording_slips(course):
        proof.problem(course.step(name), slip)
    for _, step in graded:
        proof.look_at(step)
    folder = Path(tempfile.mkdtemp(prefix="stackwalk-proof-")).resolve()
    try:
        with contextlib.ExitStack() as stack:
            warms = [stack.enter_context(warming(course)) for _ in range(AT_ONCE)]
            proof.run(warms, folder / "first", _first(graded))
            proof.run(warms, folder / "alone", proof.held_up)
            doubtful = [(lab, step) for lab, step in graded if proof.unfailed(step)]
            proof.run(warms, folder / "further", _further(doubtful))
    finally:
        remove(folder)
    for _, step in graded:
        proof.judge(step)
    order = {step.id: place for place, step in enumerate(course.steps)}
    return sorted(proof.problems, key=lambda problem: order[problem.step])


def _first(graded: Iterable[tuple[Lab, Step]]) -> Iterable[Trial]:
    return (trial for lab, step in graded for trial in first_trials(lab, step))


def _further(doubtful: Iterable[tuple[Lab, Step]]) -> Iterable[Trial]:
    return (trial for lab, step in doubtful for trial in further_trials(lab, step))


class _Proof:
    def __init__(self, course: Course, on_result: OnResult, seed: str) -> None:
        self.course = course
        self.on_result = on_result
        self.seed = seed
        self.problems: list[Problem] = []
        self.held_up: list[Trial] = []  # wrong attempts that fell in an earlier step: tried again alone
        self.checks: dict[str, dict[str, str]] = {}  # step -> name -> title, of its solution's run
        self.broken: set[tuple[str, str, str]] = set()  # slips that were told: step, check, what is said
        self.failed: dict[str, set[str]] = {}  # step -> checks that a program which ran has made fail

    def look_at(self, step: Step) -> None:
        """What needs no run."""
        if len([hint for hint in step.hints if hint.strip()]) != HINTS:
            self.problem(step, f"hints.md has {len(step.hints)} hints, and a step needs {HINTS}")
        if step.solution is None:
            self.problem(step, "there is no solution for this step")

    def run(self, warms: list[Warm], folder: Path, trials: Iterable[Trial]) -> None:
        """Run trials side by side, one for each warm process."""
        waiting = deque(enumerate(trials))
        busy: dict[Warm, Trial] = {}
        while waiting or busy:
            for warm in warms:
                if warm not in busy and waiting:
                    number, trial = waiting.popleft()
                    workspace = folder / str(number) / "workspace"
                    trial.assemble(workspace)
                    warm.start(self.plan(trial, workspace))
                    busy[warm] = trial
            patience = min(warm.left or 0.0 for warm in busy)
            ready = select.select(list(busy), [], [], patience)[0]
            for warm in list(busy):
                late = not ready and warm.left == patience
                for thing in warm.read() if warm in ready else warm.give_up() if late else []:
                    if isinstance(thing, Verdict):
                        self.take(busy.pop(warm), thing)

    def plan(self, trial: Trial, workspace: Path) -> Plan:
        """The run of one trial."""
        return trial.plan(self.course, workspace, self.seed)

    def take(self, trial: Trial, verdict: Verdict) -> None:
        """One trial has its verdict."""
        step = trial.step
        own = [finding for finding in verdict.findings if finding.step == step.id]
        if trial.kind == "solution":
            self.checks[step.id] = {finding.name: finding.title for finding in own}
        self.failed.setdefault(step.id, set()).update(one.name for one in own if made_fail(one))
        wrong = None if self.is_told(step, verdict) else trial.wrong_with(verdict)
        if trial.kind == "attempt" and trial.held_up(verdict):
            self.held_up.append(trial.alone())
        blocked = verdict.outcome is Outcome.BLOCKED
        found = self.problem(step, f"{trial.name} {wrong}", blocked=blocked) if wrong else None
        self.on_result(Result(step.id, trial.name, verdict, found))

    def is_told(self, step: Step, verdict: Verdict) -> bool:
        """Whether the verdict is broken as that of an earlier trial of this step was: one slip breaks them all."""
        first = verdict.first_problem
        if verdict.outcome is not Outcome.BROKEN or first is None:
            return False
        slip = (step.id, first.name, first.message)
        told = slip in self.broken
        self.broken.add(slip)
        return told

    def unfailed(self, step: Step) -> list[str]:
        """The checks of a step that nothing has made fail yet."""
        return [name for name in self.checks.get(step.id, {}) if name not in self.failed.get(step.id, set())]

    def judge(self, step: Step) -> None:
        """What can be said of a step's checks after all trials."""
        names = self.checks.get(step.id, {})
        for name in self.unfailed(step):
            self.problem(
                step,
                f"nothing makes the check {name} fail: no earlier solution, and no wrong attempt that runs",
            )
        for name, title in names.items():
            if title == name.replace("_", " "):
                self.problem(step, f"the check {name} has no sentence for the learner: give it a docstring")
            if title.endswith("."):
                self.problem(step, f"the docstring of the check {name} ends with a full stop: it is read in a list")
        for attempt in read_attempts(step):
            if names and attempt.check is not None and attempt.check not in names:
                self.problem(step, f"wrong/{attempt.name} names the check {attempt.check}: there is none")

    def problem(self, step: Step, what: str, *, blocked: bool = False) -> Problem:
        """Remember a problem."""
        found = Problem(step.id, what if what.endswith(".") else f"{what}.", blocked)
        self.problems.append(found)
        return found
