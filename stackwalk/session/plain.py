"""The lab as plain text, for where there is no terminal: lesson, files, a verdict, the line to type next."""

from collections.abc import Callable

from rich.text import Text

from stackwalk.check.comparing import compare
from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Verdict
from stackwalk.course.lesson import Course, Progress, Step
from stackwalk.course.place import choice, next_after, steps_to_grade
from stackwalk.course.progress import read_progress, update_progress
from stackwalk.course.readying import missing_before
from stackwalk.course.typed import NOTHING, Typed
from stackwalk.course.workspace import Workspace, lock, put_start_files, saved_last
from stackwalk.errors import StackwalkError
from stackwalk.screen.comparison import draw_comparison
from stackwalk.screen.console import Screen
from stackwalk.screen.lesson import draw_lesson, draw_why
from stackwalk.screen.pages import draw_files
from stackwalk.screen.safe import safe
from stackwalk.screen.verdict import draw_verdict
from stackwalk.session.choosing import python_of, step_to_open
from stackwalk.session.session.state import step_at_port

Change = Callable[[Progress], Progress]


def plain_lab(
    course: Course,
    workspace: Workspace,
    asked: str,
    *,
    screen: Screen,
    port: int | None = None,
    typed: Typed = NOTHING,
) -> int:
    """Show a lab ("1") or a step ("1.2") as text and grade it once; return the exit status of that verdict.

    Of a live step it shows the lesson, says how to open it, and goes on with the next step that is graded.
    `port` is the door that its lines name, where that is not the lesson's; `typed` is what lines to type repeat. The
    workspace exists. Raises StackwalkError where the lab can't be shown at all.
    """
    with lock(workspace):
        progress, damage = read_progress(workspace)
        step, why = step_to_open(course, progress, asked)
        lab = course.lab(step.lab)
        if lab.steps[0] is step and not progress.begun(step.id):
            screen.show(draw_why(lab), Text())
        specs = lab.programs_at(step, saved_last(workspace.root, [one.file for one in lab.instead]))
        screen.show(draw_files(str(workspace.root), python_of(workspace.root), specs), Text(safe(why)), Text())
        lacks = missing_before(course, lab, workspace.root)
        if lacks:
            screen.show(Text(safe(lacks)), Text())
        if damage:
            screen.show(Text(safe(damage)), Text())
        progress = _record(workspace, progress, screen, lambda before: before.opening(step.id))
        graded = _show_lessons(course, step, screen, port)
        if graded is None:
            return 0
        _put_files(workspace, graded, screen)
        grading = steps_to_grade(course, progress, graded.id)
        plan = Plan.to_grade(course, grading, workspace.root, new_seed())
        verdict = grade(plan)
        if verdict.passed:
            progress = _record(workspace, progress, screen, lambda before: before.passing(*verdict.steps))
        screen.show(Text(), draw_verdict(verdict, screen.width, whole=True), Text())
        if verdict.passed and graded.comparison is not None:
            screen.show(draw_comparison(compare(course, graded, workspace.root), screen.width), Text())
        screen.show(Text(safe(typed.again(_next_line(course, progress, graded, verdict)))))
        return verdict.exit_code


def _record(workspace: Workspace, progress: Progress, screen: Screen, change: Change) -> Progress:
    """Write a change down; where that can't be, say so and go on with it all the same."""
    try:
        return update_progress(workspace, change)[0]
    except StackwalkError as error:
        screen.show(Text(safe(f"{error.what} {error.try_this}")), Text())
        return change(progress)


def _show_lessons(course: Course, step: Step, screen: Screen, port: int | None) -> Step | None:
    """Show the lesson; of a live step also the next graded one, which is returned."""
    screen.show(draw_lesson(_at_port(course, step, port)))
    if not step.live:
        return step
    said = f"This step is live: open it in a terminal, with `stackwalk lab {step.id}`."
    screen.show(Text(), Text(safe(said), style="bold"))
    steps = course.steps
    graded = next((one for one in steps[steps.index(step) :] if not one.live), None)
    if graded is not None:
        screen.show(Text(), draw_lesson(_at_port(course, graded, port)))
    return graded


def _at_port(course: Course, step: Step, port: int | None) -> Step:
    programs = course.lab(step.lab).programs
    return step if port is None or not programs else step_at_port(step, programs[0].clients_at, port)


def _put_files(workspace: Workspace, step: Step, screen: Screen) -> None:
    put = put_start_files(workspace, step)
    if put:
        screen.show(Text(), Text(safe(f"Put into your folder: {', '.join(file.name for file in put)}")))


def _next_line(course: Course, progress: Progress, step: Step, verdict: Verdict) -> str:
    if not verdict.passed:
        return f"Next, once you have saved: stackwalk check {step.id}"
    following = next_after(course, progress, step)
    if following is None:
        return choice(course, progress, step)
    return f"Next: stackwalk lab {following.id}"
