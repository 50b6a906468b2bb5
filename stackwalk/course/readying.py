"""A workspace that holds the finished files of the labs before one, for those who begin in the middle."""

import shutil
from pathlib import Path

from stackwalk.course.lesson import Course, Lab, Step
from stackwalk.course.workspace import files_of
from stackwalk.errors import StackwalkError


def step_before_lab(course: Course, lab: Lab) -> Step | None:
    """The last step of the labs before that has a solution; None before the first."""
    steps = [step for one in course.labs if one.number < lab.number for step in one.steps]
    return next((step for step in reversed(steps) if step.solution is not None), None)


def files_before(course: Course, step: Step) -> tuple[tuple[str, Path], ...]:
    """The files of the last solution before a step's, as (path in the workspace, file)."""
    earlier = course.steps[: course.steps.index(step)]
    return next((files_of(one.solution) for one in reversed(earlier) if one.solution is not None), ())


def finished_before(course: Course, lab: Lab) -> tuple[tuple[str, Path], ...]:
    """The files of the labs before, as (path in the workspace, file), as they are after their last steps."""
    step = step_before_lab(course, lab)
    return () if step is None or step.solution is None else files_of(step.solution)


def missing_before(course: Course, lab: Lab, workspace: Path) -> str:
    """What a workspace lacks of the labs before, as a sentence or two; "" where nothing is missing."""
    step = step_before_lab(course, lab)
    names = [name for name, _ in finished_before(course, lab) if not (workspace / name).exists()]
    if step is None or not names:
        return ""
    return (
        f"Of lab {step.lab} these are not here yet: {', '.join(names)}. You can go on all the same; "
        f"`stackwalk lab {lab.number} --ready` makes a new folder that holds them."
    )


def make_ready(course: Course, lab: Lab, folder: Path) -> tuple[str, ...]:
    """Lay the finished files of the labs before into a folder that is new or empty; return their names.

    Raises StackwalkError where something stands there already, or where it can't be written.
    """
    try:
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise StackwalkError(
                f"{folder} is there already, and not empty.",
                "Name another folder with --workspace DIR: a ready one is always new.",
            )
        files = finished_before(course, lab)
        for name, source in files:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StackwalkError(
            f"{folder} could not be made ready: {error.strerror or error}.",
            "Make that place writable, or choose another folder with --workspace DIR.",
        ) from error
    return tuple(name for name, _ in files)
