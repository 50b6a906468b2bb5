"""The services of a stack, started before the learner saves: in a copy of the workspace as it is until then.

What they import stays the same as long as nothing changes but the web server's own file; and it is that file which
is saved most often in such a lab. Where anything else has changed, none of this counts: all is started anew.
"""

import contextlib
import filecmp
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from stackwalk.check.copy import Copy, copy_workspace
from stackwalk.check.server import LIMITS
from stackwalk.check.stack import copy_environment
from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.stack.launch import Guardian, GuardianLost
from stackwalk.whole.plan import declare
from stackwalk.whole.reading import read_composed
from stackwalk.whole.stack import Stack

MOST_FILES = 1000  # of a workspace that are compared


class StackAhead:
    """Services that have begun to start; used or not, they end with their guardian."""

    def __init__(self, specs: tuple[ProgramSpec, ...], guardian: Guardian, origin: Path, folder: Path) -> None:
        """Raises StackwalkError where the workspace can't be copied, or a service can't be started."""
        self.specs = specs
        self._copy = copy_workspace(origin, folder / "ahead")
        front, *services = specs
        added = read_composed(self._copy.root)
        self.declared = declare(front, services, added, compose_first=False)

        def environment(run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
            return copy_environment(self._copy, run_dir, moved)

        self.whole = Stack(
            self.declared, guardian, workspace=self._copy.root, scratch=folder / "ahead-run",
            environment=environment, limits=LIMITS,
        )  # fmt: skip
        self.whole.begin((self._copy.root / front.file).read_text("utf-8", "replace"))

    def take_over(self, copy: Copy) -> Copy | None:
        """The copy in which they run, made the same as that one; None (and they are ended) where they can't be used."""
        file = self.specs[0].file
        with contextlib.suppress(OSError):
            if self._is_as(copy, file):
                (self._copy.root / file).write_bytes((copy.root / file).read_bytes())
                return replace(copy, root=self._copy.root)
        self.whole.end()
        return None

    def _is_as(self, copy: Copy, but: str) -> bool:
        """Whether both copies hold the same, but for that file."""
        ours = _tree(self._copy.root, but)
        files = [name for name, kind in ours if kind == "f"]
        return _tree(copy.root, but) == ours and all(
            filecmp.cmp(copy.root / name, self._copy.root / name, shallow=False) for name in files
        )


def started_ahead(specs: tuple[ProgramSpec, ...], guardian: Guardian, origin: Path, folder: Path) -> StackAhead | None:
    """The services; None where that can't be done: whoever starts them at once is told why."""
    try:
        return StackAhead(specs, guardian, origin, folder)
    except (OSError, StackwalkError, GuardianLost):
        return None


def _tree(root: Path, but: str) -> list[tuple[str, str]]:
    """The names in a folder, and what each is: a file, a folder, a link with its target. OSError: too many."""
    found: list[tuple[str, str]] = []
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if name == but:
            continue
        if len(found) >= MOST_FILES:
            raise OSError
        if path.is_symlink():
            found.append((name, f"l{path.readlink()}".replace(str(root), "")))
        else:
            found.append((name, "d" if path.is_dir() else "f"))
    return sorted(found)
