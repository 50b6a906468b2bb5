"""The check command: which steps, one run, one verdict shown, and what passed is kept."""

import secrets
import sys

from rich.console import Console

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import Grading, next_after, steps_to_grade, where_is
from stackwalk.course.progress import read_progress, update_progress
from stackwalk.course.workspace import Workspace
from stackwalk.errors import StackwalkError
from stackwalk.screen.safe import safe_block
from stackwalk.screen.verdict import draw_verdict
from stackwalk.stack.sweeping import sweep


def check_workspace(
    course: Course,
    workspace: Workspace,
    *,
    asked: str | None,
    every: bool,
    only: bool,
    seed: str | None,
    as_json: bool,
    console: Console,
) -> int:
    """Grade what is asked, show the verdict on the console (one JSON object with `as_json`), keep what passed.

    Returns the exit status: 0 passed, 1 failed, 2 blocked, 3 broken. Raises StackwalkError where nothing could
    be graded at all.
    """
    progress, note = read_progress(workspace)
    if note is not None:
        _aside(note)
    grading = steps_to_grade(course, progress, asked, only=only, all=every)
    plan = Plan.of(course, grading.asked, grading.steps, workspace.root, seed or secrets.token_hex(4))
    sweep()
    verdict = grade(plan)
    after = _keep(workspace, progress, verdict)
    if as_json:
        console.out(verdict.to_json(), highlight=False)
    else:
        console.print(draw_verdict(verdict, console.width, next_line(course, after, grading, verdict)))
        console.print(f"Seed {safe_block(verdict.seed)}: the same run again with --seed.", style="dim")
    return verdict.exit_code


def passed_steps(verdict: Verdict) -> tuple[str, ...]:
    """The steps of which every check passed."""
    short = {one.step for one in verdict.findings if one.outcome is not Outcome.PASSED}
    return tuple(step for step in verdict.steps if step not in short)


def next_line(course: Course, progress: Progress, grading: Grading, verdict: Verdict) -> str:
    """The next thing to do, as one line to type or one sentence."""
    last = grading.steps[-1]
    if verdict.passed:
        following = next_after(course, progress, last)
        if following is not None:
            return f"Next: {following.id}, {following.title}. Type: stackwalk lab {following.id}"
        return where_is(course, progress).why
    problem = verdict.first_problem
    if verdict.outcome is Outcome.FAILED and problem is not None:
        return f"Change it, save it, and: stackwalk check {grading.asked}   (stuck? stackwalk hint {problem.step})"
    if verdict.outcome is Outcome.BLOCKED:
        return "stackwalk doctor looks at what this machine lacks."
    return "Your work is safe. Tell whoever wrote this lab; the seed is in the report."


def _keep(workspace: Workspace, progress: Progress, verdict: Verdict) -> Progress:
    """Write what passed; where that can't be written the verdict stands all the same."""
    passed = passed_steps(verdict)
    if not passed or set(passed) <= set(progress.passed):
        return progress
    try:
        workspace.state.mkdir(exist_ok=True)
        after, note = update_progress(workspace, lambda before: before.passing(*passed))
    except OSError as error:
        _aside(f"Your progress could not be written: {error.strerror or error}.")
    except StackwalkError as error:
        _aside(f"{error.what} {error.try_this}")
    else:
        if note is not None:
            _aside(note)
        return after
    return progress.passing(*passed)


def _aside(text: str) -> None:
    print(safe_block(text), file=sys.stderr)
