"""What is decided before a lab opens: at which step, and which Python will run what is typed."""

import shutil
import sys
from pathlib import Path

from stackwalk.course.lesson import Course, Progress, Step
from stackwalk.course.place import where_is


def step_to_open(course: Course, progress: Progress, asked: str) -> tuple[Step, str]:
    """Return the step that "1.2" or "1" means, and a sentence that says why it is this one.

    A lab opens where the learner is in it, else at its first core step that has not passed. Raises
    StackwalkError where there is no such lab or step.
    """
    if "." in asked:
        step = course.step(asked)
        return step, f"Step {step.id}, as you asked."
    lab = course.lab(asked)
    here = where_is(course, progress)
    if here.step.lab == lab.number:
        return here.step, here.why
    open_steps = [step for step in lab.steps if step.core and step.id not in progress.passed]
    step = open_steps[0] if open_steps else lab.steps[0]
    return step, f"Lab {lab.number} opens at {step.id}."


def python_of(workspace: Path) -> str:
    """Return which Python runs the learner's programs: its whole path, and whose it is."""
    own = workspace / ".venv" / "bin" / "python"
    if own.exists():
        return f"{own} (of your .venv)"
    version = ".".join(map(str, sys.version_info[:3]))
    beside = Path(sys.executable).parent
    found = shutil.which("python", path=str(beside)) or sys.executable
    return f"{found} ({version})"
