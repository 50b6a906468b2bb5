"""The lab command: find or make the workspace, and open the lab live where there is a terminal, else as text."""

import sys
from collections.abc import Mapping
from pathlib import Path

from stackwalk.course.lesson import Course
from stackwalk.course.place import where_is
from stackwalk.course.progress import read_progress
from stackwalk.course.typed import NOTHING, Typed
from stackwalk.course.workspace import Workspace, find_workspace, make_workspace
from stackwalk.screen.console import Screen
from stackwalk.stack.scratch import sweep_scratch
from stackwalk.stack.sweeping import sweep


def open_lab(
    course: Course,
    what: str | None,
    *,
    folder: str | None,
    port: int | None,
    plain: bool,
    console: Screen,
    environ: Mapping[str, str],
    typed: Typed = NOTHING,
) -> int:
    """Open a lab ("1"), a step ("1.2") or where the learner is (None); return the exit status.

    `folder` is what --workspace named, `port` a door other than the lesson's, `typed` what lines to type
    repeat. Raises StackwalkError where the lab can't be opened.
    """
    workspace = find_workspace(folder, environ, Path.cwd())
    asked = what if what is not None else _here(course, workspace)
    # Nothing is made for a lab that does not exist.
    _ = course.step(asked) if "." in asked else course.lab(asked)
    make_workspace(workspace, environ)
    sweep()
    sweep_scratch()
    if plain or not console.file.isatty() or not _has_keyboard():
        from stackwalk.session.plain import plain_lab

        return plain_lab(course, workspace, asked, port=port, screen=console, typed=typed)
    from stackwalk.session.live import live_lab

    return live_lab(course, workspace, asked, port=port, screen=console, keyboard=sys.stdin.fileno(), typed=typed)


def _here(course: Course, workspace: Workspace) -> str:
    progress, _ = read_progress(workspace) if workspace.exists else (None, None)
    if progress is None or progress.current is None:
        return str(course.labs[0].number) if course.labs else "1"
    return where_is(course, progress).step.id


def _has_keyboard() -> bool:
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
