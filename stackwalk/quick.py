"""The commands that start without Typer where their line is plain: a command, and options with their values.

All else that can be typed (help, mistakes, `--from=DIR`) is left to `cli`, which declares the same commands, and calls
the functions here too.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stackwalk.errors import StackwalkError
from stackwalk.given import opened, port_of, screen_for_stdout

WORKSPACE = {"--workspace": "workspace", "--from": "course_folder"}


def list_steps(*, workspace: str | None = None, course_folder: str | None = None) -> int:
    """List the labs and their steps."""
    from stackwalk.screen.pages import draw_list

    course, _, progress = opened(workspace, course_folder)
    screen_for_stdout().print(draw_list(course, progress))
    return 0


def up(
    *, port: str | None = None, nginx: str | None = None, workspace: str | None = None, course_folder: str | None = None
) -> int:
    """Run the stack of a workspace."""
    from stackwalk.course.folders import find_course
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.up.starting import bring_up

    return bring_up(
        find_course() if course_folder is None else Path(course_folder),
        existing_workspace(workspace, os.environ, Path.cwd()),
        port=port_of(port),
        nginx=nginx,
        screen=screen_for_stdout,
    )


class Quick(NamedTuple):
    """A command, and the parameter that each of its options fills."""

    run: Callable[..., int]
    options: Mapping[str, str]


COMMANDS: Mapping[str, Quick] = {
    "list": Quick(list_steps, WORKSPACE),
    "up": Quick(up, {"--port": "port", "--nginx": "nginx", **WORKSPACE}),
}


def run_quickly(words: Sequence[str]) -> int | None:
    """Run a plain command line; the exit status is the value. None: it is for `cli` to read."""
    command = COMMANDS.get(words[0]) if words else None
    if command is None or sys.platform == "win32":
        return None
    given = plainly_given(words[1:], command.options)
    if given is None:
        return None
    try:
        return command.run(**given)
    except (StackwalkError, BrokenPipeError) as error:
        from stackwalk.cli import end_by

        return end_by(error)


def plainly_given(words: Sequence[str], options: Mapping[str, str]) -> dict[str, str] | None:
    """The value of each option that was typed, by its parameter; None where the words are anything else.

    >>> plainly_given(["--from", "there"], WORKSPACE)
    {'course_folder': 'there'}
    >>> plainly_given(["--from"], WORKSPACE), plainly_given(["--help"], WORKSPACE)
    (None, None)
    """
    if len(words) % 2:
        return None
    given: dict[str, str] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        if option not in options or value.startswith("-"):
            return None
        given[options[option]] = value
    return given
