"""The up command. The services are started before anything else is imported: all the rest is done while they start."""

import contextlib
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stackwalk.course.reading import read_programs
from stackwalk.course.workspace import Workspace, lock, saved_last
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import guarding
from stackwalk.stack.limits import Limits
from stackwalk.stack.sweeping import sweep
from stackwalk.up.choosing import choose
from stackwalk.whole.reading import read_composed
from stackwalk.whole.stack import Stack

if TYPE_CHECKING:
    from stackwalk.screen.console import Screen

LARGEST = 512 * 1024  # bytes of a file in which names are looked for


def bring_up(
    course: Path, workspace: Workspace, *, port: int | None, nginx: str | None, screen: "Callable[[], Screen]",
    outermost: str | None = None,
) -> int:  # fmt: skip
    """Run the workspace's stack until Ctrl+C (0), until it is told to end (0), or until nothing of it runs (1).

    outermost: the file of the program that clients come to; None: chosen by what is there.
    """
    root = workspace.root
    declared = choose(read_programs(course), partial(saved_last, root), read_composed(root), outermost)
    sweep()
    with contextlib.ExitStack() as opened:
        workspace.state.mkdir(exist_ok=True)
        opened.enter_context(lock(workspace))
        scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="stackwalk-up-")))
        guardian = opened.enter_context(guarding())
        stack = Stack(
            declared, guardian, workspace=root, scratch=scratch, nginx=nginx, limits=Limits(), records=False,
            environment=lambda run_dir, moved: learner_environment(root, run_dir, moved),
        )  # fmt: skip
        opened.callback(stack.end)
        first = declared.front or declared.services[0]
        stack.begin("" if declared.front is None else _text(root / declared.front.file), port or first.clients_at)
        from stackwalk.heeding import heeding
        from stackwalk.up.command import Up
        from stackwalk.up.control import listening

        up = opened.enter_context(Up(stack, root, opened.enter_context(listening(root)), screen()))
        with heeding(up.leave, lambda: None, lambda: up.is_drawing):
            up.run(port)
        return up.status or 0


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""  # whoever reads it next says why
