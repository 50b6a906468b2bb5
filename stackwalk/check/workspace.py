"""The `workspace` of a check: a folder in which it writes what the learner's program is to find."""

import contextlib
import errno
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stackwalk.check.failure import LearnerFailure
from stackwalk.check.verdict import Cause
from stackwalk.errors import StackwalkError

SPOILT = (
    "The check puts files beside your program for it to find, and could not any more: your program has moved, "
    "locked or replaced its own folder."
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The copy of the learner's workspace."""

    root: Path
    origin: Path  # the learner's own, for what names it by its whole path

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file (text as UTF-8, line ends as they are) and the folders above it."""
        target = self._inside(path)
        with _spoilt_folder(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_symlink():
                target.unlink()
            _put(target, content.encode("utf-8") if isinstance(content, str) else content)
            if target.suffix == ".py":
                # Python compares whole seconds and sizes: two edits within one could leave an old module in use.
                for cached in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
                    cached.unlink()
        return target

    def read(self, path: str) -> bytes:
        """What a file of the learner's holds: bytes, for nothing says that it is text, or text in UTF-8."""
        try:
            return self._inside(path).read_bytes()
        except OSError as error:
            raise LearnerFailure(f"{path} cannot be read: {error.strerror}.", Cause.UNREADABLE_FILE) from None

    def mkdir(self, path: str) -> Path:
        """Make a folder and those above it."""
        target = self._inside(path)
        with _spoilt_folder(path):
            target.mkdir(parents=True, exist_ok=True)
        return target

    def _inside(self, path: str) -> Path:
        target = self.root / path
        if not target.resolve().is_relative_to(self.root.resolve()):
            raise ValueError(f"{path} leads out of the workspace")
        return target


def _put(target: Path, content: bytes) -> None:
    """Write it as a whole: a worker that is just starting reads the file before or this one, and never half of it."""
    fresh = target.with_name(f".{target.name[:200]}.new")
    fresh.unlink(missing_ok=True)
    with fresh.open("xb") as file:  # never through a link that the program has put there
        file.write(content)
    with contextlib.suppress(FileNotFoundError):
        fresh.chmod(stat.S_IMODE(target.stat().st_mode))
    fresh.replace(target)


@contextlib.contextmanager
def _spoilt_folder(path: str) -> Iterator[None]:
    """Writing that fails is the machine's fault where there is no room, and else the program's: it was there first."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StackwalkError(
                f"The check could not write {path}: {error.strerror}.",
                "Make room in the temporary folder, or set TMPDIR to another one.",
            ) from error
        raise LearnerFailure(SPOILT) from error
