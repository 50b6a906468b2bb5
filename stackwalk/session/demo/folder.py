"""The throw-away workspace of a demo: what a solution holds, and what is typed into it."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stackwalk.course.lesson import Step
from stackwalk.course.workspace import files_of
from stackwalk.errors import StackwalkError
from stackwalk.session.demo.change import Change, changes
from stackwalk.stack.scratch import scratch_prefix


@contextlib.contextmanager
def throw_away() -> Iterator[Path]:
    """An empty folder that is gone when the block ends."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=scratch_prefix("demo"))
    except OSError as error:
        raise StackwalkError(
            f"No temporary folder could be made ({error.strerror or error}).",
            "Make room there, or set TMPDIR to another folder.",
        ) from error
    with folder as name:
        yield Path(name).resolve()


def changes_for(step: Step, workspace: Path) -> tuple[Change, ...]:
    """What has to be typed for this step. Raises StackwalkError where its solution can't be read."""
    if step.solution is None:
        return ()
    return changes(_texts(workspace), _texts(step.solution))


def save(step: Step, name: str, workspace: Path) -> None:
    """Write one file of the step's solution, as the editor of a learner does."""
    if step.solution is None:
        return
    _write(workspace / name, (step.solution / name).read_bytes())


def give(step: Step, workspace: Path) -> tuple[str, ...]:
    """Put the files there that the step gives, and that are not there yet; their names."""
    if step.start is None:
        return ()
    given = []
    for name, file in files_of(step.start):
        if not (workspace / name).exists():
            _write(workspace / name, file.read_bytes())
            given.append(name)
    return tuple(given)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def _texts(folder: Path) -> dict[str, str]:
    """Every file of a folder as text, by its name in it."""
    texts = {}
    for name, file in files_of(folder):
        # A picture is copied, not typed; its bytes still tell whether it changed.
        texts[name] = file.read_bytes().decode("utf-8", "surrogateescape")
    return texts
