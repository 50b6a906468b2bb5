"""What a command line names, looked up: a course, a workspace with its progress, a port."""

import os
import sys

from stackwalk.errors import StackwalkError

TYPE_CHECKING = False  # typing itself would be imported before anything starts
if TYPE_CHECKING:
    from stackwalk.course.lesson import Course, Progress
    from stackwalk.course.workspace import Workspace
    from stackwalk.screen.console import Screen


def course_in(folder: str | None) -> "Course":
    """The course of a folder; None: the one that came along."""
    from pathlib import Path

    from stackwalk.course.folders import find_course
    from stackwalk.course.reading import read_course

    return read_course(Path(folder) if folder is not None else find_course())


def opened(folder: str | None, course_folder: str | None) -> "tuple[Course, Workspace, Progress]":
    """The course, the workspace, and what has been done in it; what is wrong with that is said."""
    from pathlib import Path

    from stackwalk.course.progress import read_progress
    from stackwalk.course.workspace import find_workspace

    workspace = find_workspace(folder, os.environ, Path.cwd())
    progress, note = read_progress(workspace)
    if note:
        print(note, file=sys.stderr)
    return course_in(course_folder), workspace, progress


def screen_for_stdout(*, plain: bool = False) -> "Screen":
    """The console that draws on stdout."""
    from stackwalk.screen.console import make_console

    return make_console(sys.stdout, plain=plain)


def port_of(text: str | None) -> int | None:
    """The port of that number; StackwalkError where it is none."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise StackwalkError(f"{text} is not a port.", "A port is a number from 1 to 65535, 8081 for example.")
