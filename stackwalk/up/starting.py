"""The up command. What takes longest is begun first: all the rest is imported and read while it starts."""

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stackwalk.stack.beginning import Begun
from stackwalk.stack.launch import guarding
from stackwalk.stack.scratch import scratch_prefix, sweep_scratch, temporary
from stackwalk.tap.tapping import tap_without_doors

if TYPE_CHECKING:
    from stackwalk.screen.console import Screen

LARGEST = 512 * 1024  # bytes of a file in which names are looked for


def bring_up(
    begun: Begun,
    *,
    course: str | None,
    folder: str | None,
    port: int | None,
    nginx: str | None,
    screen: "Callable[[], Screen]",
    outermost: str | None = None,
) -> int:
    """Run a workspace's stack until Ctrl+C (0), until it is told to end (0), or until nothing of it runs (1).

    `begun`: the guardian of its programs; `course` and `folder`: the course and the workspace as they were named,
    if they were; `outermost`: the file of the program that clients come to; None: chosen by what is there.
    """
    with contextlib.ExitStack() as opened:
        guardian = opened.enter_context(guarding(begun))
        tap = opened.enter_context(tap_without_doors(tells=False))
        from stackwalk.course.folders import find_course
        from stackwalk.course.programs import read_programs
        from stackwalk.course.workspace import existing_workspace, lock, saved_last
        from stackwalk.stack.environment import learner_environment
        from stackwalk.stack.limits import Limits
        from stackwalk.up.choosing import choose
        from stackwalk.whole.reading import read_composed
        from stackwalk.whole.stack import Stack

        workspace = existing_workspace(folder, os.environ, Path.cwd())
        root = workspace.root
        programs = read_programs(find_course() if course is None else Path(course))
        composed = read_composed(root)
        declared = choose(programs, partial(saved_last, root), composed, outermost)
        workspace.state.mkdir(exist_ok=True)
        opened.enter_context(lock(workspace))
        scratch = opened.enter_context(_scratch())
        stack = Stack(
            declared, guardian, workspace=root, scratch=scratch, nginx=nginx, limits=Limits(), records=False, tap=tap,
            environment=lambda run_dir, moved: learner_environment(root, run_dir, moved),
        )  # fmt: skip
        opened.callback(stack.end)
        first = declared.front or declared.services[0]
        stack.begin("" if declared.front is None else _text(root / declared.front.file), port or first.clients_at)
        from stackwalk.heeding import heeding
        from stackwalk.stack.sweeping import sweep
        from stackwalk.up.command import Up
        from stackwalk.up.control import listening

        sweep()
        sweep_scratch()
        up = opened.enter_context(Up(stack, root, opened.enter_context(listening(root)), screen))
        if composed.against:
            up.say(f"{composed.against} Until then the stack is what it would be without that file.")
        with heeding(up.leave, lambda: None, lambda: up.is_drawing):
            up.run(port)
        return up.status or 0


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for the length of a block. Where it can be had by hand tempfile is not imported: that takes 3 ms."""
    folder = temporary() / f"{scratch_prefix('up')}{os.urandom(6).hex()}"
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        import tempfile

        folder = Path(tempfile.mkdtemp(prefix=scratch_prefix("up")))
    try:
        yield folder
    finally:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""  # whoever reads it next says why
