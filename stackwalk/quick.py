"""The commands that start without Typer where their line is plain: a command, and options with their values.

All else that can be typed (help, mistakes, `--from=DIR`) is left to `cli`, which declares the same commands, and calls
the functions here too.
"""

import sys

from stackwalk.errors import StackwalkError
from stackwalk.given import opened, port_of, screen_for_stdout

TYPE_CHECKING = False  # typing itself would be imported before the guardian starts
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

WORKSPACE = {"--workspace": "workspace", "--from": "course_folder"}


def list_steps(*, workspace: str | None = None, course_folder: str | None = None) -> int:
    """List the labs and their steps."""
    from stackwalk.screen.pages import draw_list

    course, _, progress = opened(workspace, course_folder)
    screen_for_stdout().print(draw_list(course, progress))
    return 0


def up(
    *,
    file: str | None = None,
    port: str | None = None,
    nginx: str | None = None,
    workspace: str | None = None,
    course_folder: str | None = None,
) -> int:
    """Run the stack of a workspace."""
    from stackwalk.stack.beginning import Begun

    door = port_of(port)
    begun = Begun()  # it starts while the rest is imported
    from stackwalk.up.starting import bring_up

    return bring_up(
        begun, course=course_folder, folder=workspace, port=door, nginx=nginx, screen=screen_for_stdout, outermost=file
    )


# Each command, and the parameter that each of its options fills.
COMMANDS: "Mapping[str, tuple[Callable[..., int], Mapping[str, str]]]" = {
    "list": (list_steps, WORKSPACE),
    "up": (up, {"--port": "port", "--nginx": "nginx", **WORKSPACE}),
}


def run_quickly(words: "Sequence[str]") -> int | None:
    """Run a plain command line; the exit status is the value. None: it is for `cli` to read."""
    if not words or words[0] not in COMMANDS or sys.platform == "win32":
        return None
    command, options = COMMANDS[words[0]]
    given = plainly_given(words[1:], options)
    if given is None:
        return None
    try:
        return command(**given)
    except (StackwalkError, BrokenPipeError) as error:
        from stackwalk.cli import end_by

        return end_by(error)


def plainly_given(words: "Sequence[str]", options: "Mapping[str, str]") -> dict[str, str] | None:
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
