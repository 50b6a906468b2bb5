"""The check command: which steps, one run, one verdict shown, and what passed is kept.

What draws is imported while the checks run, and not at all for --json: a check is asked for often, and waited for.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.runner import grade
from stackwalk.check.verdict import EXIT_CODES, Cause, Finding, Outcome, Verdict
from stackwalk.course.lesson import Course, Progress, Step
from stackwalk.course.place import Grading, choice, next_after, replaced_by, steps_to_grade
from stackwalk.course.progress import read_progress, update_progress
from stackwalk.course.typed import NOTHING, Typed
from stackwalk.course.workspace import Workspace
from stackwalk.errors import StackwalkError
from stackwalk.screen.safe import safe_block
from stackwalk.stack.sweeping import sweep

if TYPE_CHECKING:
    from stackwalk.screen.console import Screen


def check_workspace(
    course: Course,
    workspace: Workspace,
    *,
    asked: str | None,
    every: bool,
    only: bool,
    seed: str | None,
    as_json: bool,
    junit: Path | None,
    screen: "Callable[[], Screen]",
    typed: Typed = NOTHING,
) -> int:
    """Grade what is asked, show the verdict (one JSON object with `as_json`), keep what passed.

    `junit` is a file that gets the verdict as well, `screen` makes what text is shown on, `typed` is what lines to type
    repeat. Returns the exit status:
    0 passed, 1 failed, 2 blocked or no report could be written, 3 broken. Raises StackwalkError where nothing
    could be graded at all.
    """
    if junit is not None:
        _must_have_a_folder(junit)
    progress, note = read_progress(workspace)
    if note is not None:
        say_aside(note)
    grading = steps_to_grade(course, progress, asked, only=only, all=every)
    plan = Plan.to_grade(course, grading, workspace.root, seed or new_seed())
    if every:
        plan = replace(plan, each=True)
    began = datetime.now()
    sweep()
    verdict = grade(plan, meanwhile=None if as_json else _import_what_draws)
    after = keep_passed(workspace, progress, verdict)
    if as_json:
        _print_json(verdict, grading)
    else:
        shown = screen()
        _show(course, after, grading, verdict, shown, typed)
        if verdict.passed and grading.asked == grading.steps[-1].id and shown.is_terminal:
            _show_day(course, grading.steps[-1], workspace, shown)
    if junit is not None and not _report(junit, verdict, began):
        return max(verdict.exit_code, EXIT_CODES[Outcome.BLOCKED])
    return verdict.exit_code


def passed_steps(verdict: Verdict) -> tuple[str, ...]:
    """The steps of which every check passed."""
    short = {one.step for one in verdict.findings if one.outcome is not Outcome.PASSED}
    return tuple(step for step in verdict.steps if step not in short)


def score_line(verdict: Verdict, steps: tuple[Step, ...]) -> str:
    """How many of these steps have passed, and which have not."""
    passed = passed_steps(verdict)
    missing = [step.id for step in steps if step.id not in passed]
    line = f"Score: {len(passed)} of {len(steps)} {'step passes' if len(steps) == 1 else 'steps pass'}."
    return f"{line} Not yet: {', '.join(missing)}." if missing else line


def next_line(course: Course, progress: Progress, grading: Grading, verdict: Verdict) -> str:
    """The next thing to do, as one line to type or one sentence."""
    last = grading.steps[-1]
    if verdict.passed:
        following = next_after(course, progress, last)
        if following is not None:
            return f"Next: {following.id}, {following.title}. Type: stackwalk lab {following.id}"
        return f"{last.id} has passed. {choice(course, progress, last)}"
    problem = verdict.first_problem
    if verdict.outcome is Outcome.FAILED and problem is not None:
        # A program that has gone on still runs, and answers otherwise; where it fails otherwise, that is the reason.
        later = replaced_by(course, progress, problem.step, problem.name)
        if later is not None and problem.cause == Cause.WRONG_ANSWER and not _went_wrong(problem):
            said = f"{later.id} replaced this check of {problem.step}, which passed before."
            return f"{said} Type: stackwalk check {later.id}"
        if problem.cause == Cause.MISSING_FILE and "." in grading.asked and problem.step != grading.asked:
            return _earlier_file(course.step(problem.step), grading)
        return f"Change it, save it, and: {_again(grading)}   (stuck? stackwalk hint {problem.step})"
    if verdict.outcome is Outcome.BLOCKED:
        return "stackwalk doctor looks at what this machine lacks."
    return "Your work is safe. Tell whoever wrote this lab; the seed is in the report."


def _earlier_file(step: Step, grading: Grading) -> str:
    """What to do where an earlier step's file is missing; a further step need not hold for the others."""
    said = f"That file is what {step.id}, {step.title}, is about. Type: stackwalk lab {step.id}"
    return said if step.core else f"{said}, or leave {step.id} for later: stackwalk check {grading.asked} --only"


def _went_wrong(problem: Finding) -> bool:
    """Whether the answer was one of the 500s: then no step is to be blamed for it but the program."""
    return re.match(r"HTTP/[\d.]+ 5\d\d\b", problem.actual) is not None


def _again(grading: Grading) -> str:
    return f"stackwalk check {'--all' if grading.asked == 'all' else grading.asked}"


def _import_what_draws() -> None:
    import stackwalk.screen.console
    import stackwalk.screen.verdict  # noqa: F401


def _show(
    course: Course, progress: Progress, grading: Grading, verdict: Verdict, screen: "Screen", typed: Typed
) -> None:
    from rich.text import Text

    from stackwalk.screen.verdict import draw_verdict

    every = grading.asked == "all"
    following = typed.again(next_line(course, progress, grading, verdict))
    screen.show(draw_verdict(verdict, screen.width, following, whole=every))
    if every:
        screen.show(Text(score_line(verdict, grading.steps), style="bold"))
    screen.show(Text(f"Seed {safe_block(verdict.seed)}: the same run again with --seed.", style="dim"))


def _show_day(course: Course, step: Step, workspace: Workspace, screen: "Screen") -> None:
    """After a step that wins oddities: how many of them the program survives now.

    Only where somebody watches, and after the verdict: it takes seconds and is no part of it.
    """
    if not step.wins:
        return
    from rich.text import Text

    from stackwalk.check.failure import LearnerFailure
    from stackwalk.check.oddities import survived

    screen.show(Text("A day on the internet begins: it takes some seconds …", style="dim"))
    try:
        survival = survived(course, course.lab(step.lab), workspace.root)
    except LearnerFailure as failure:
        screen.show(Text(safe_block(f"Your program did not live to see it: {failure.message}")))
    except StackwalkError as error:
        screen.show(Text(safe_block(f"It could not be played. {error.what} {error.try_this}")))
    else:
        screen.show(Text(f"It is over: your program {survival.score} oddities.", style="bold"))


def _print_json(verdict: Verdict, grading: Grading) -> None:
    value: dict[str, Any] = verdict.to_value()
    if grading.asked == "all":
        value["score"] = {"passed": len(passed_steps(verdict)), "of": len(grading.steps)}
    try:
        print(json.dumps(value), flush=True)
    except BrokenPipeError:
        # Nobody reads it; the exit status is the verdict's all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _must_have_a_folder(file: Path) -> None:
    """Say so before the checks run. Raises StackwalkError."""
    try:
        if stat.S_ISDIR(file.stat().st_mode):
            raise StackwalkError(
                f"The report can't be written to {file}: that is a folder.",
                f"Name a file in it: {file / 'report.xml'}",
            )
    except FileNotFoundError:
        if not file.parent.is_dir():
            raise StackwalkError(
                f"The report can't be written to {file}: there is no folder {file.parent}.",
                "Make that folder first, or name a file in one that is there.",
            ) from None
    except OSError as error:
        raise StackwalkError(
            f"The report can't be written to {file}: {error.strerror or error}.", "Name another file."
        ) from error


def _report(file: Path, verdict: Verdict, began: datetime) -> bool:
    """Write the report, whole or not at all; whether that could be done. The verdict has been shown by now."""
    from stackwalk.check.junit import to_junit

    temporary = file.with_name(f".stackwalk-{os.getpid()}.tmp")
    try:
        temporary.write_text(to_junit(verdict, began), encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        say_aside(f"The report could not be written to {file}: {error.strerror or error}.")
        say_aside("Make room, or name a file in a folder that you may write to.")
        return False
    return True


def keep_passed(workspace: Workspace, progress: Progress, verdict: Verdict) -> Progress:
    """Write what passed; where that can't be written the verdict stands all the same."""
    passed = passed_steps(verdict)
    if not passed or set(passed) <= set(progress.passed):
        return progress
    if not workspace.state.is_dir():
        return progress.passing(*passed)  # a folder that was only named to be graded: nothing is put into it
    try:
        after, note = update_progress(workspace, lambda before: before.passing(*passed))
    except OSError as error:
        say_aside(f"Your progress could not be written: {error.strerror or error}.")
    except StackwalkError as error:
        say_aside(f"{error.what} {error.try_this}")
    else:
        if note is not None:
            say_aside(note)
        return after
    return progress.passing(*passed)


def say_aside(text: str) -> None:
    """Say it on stderr, beside the verdict."""
    print(safe_block(text), file=sys.stderr)
