"""The bounded copy of a workspace in which checks run and write; what is shown names the learner's own files.

Links that stay inside keep doing so in the copy, links out are made absolute, and what is neither file,
folder nor link is left out. What cannot be read is left out and remembered: it is the learner's to mend.
"""

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path

from stackwalk.errors import StackwalkError

MAX_BYTES = 100 * 1024 * 1024
MAX_FILES = 5000
LEFT_OUT = frozenset({".stackwalk", ".git", ".venv"})  # at the top of the workspace


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy and where it came from."""

    root: Path  # the copy
    origin: Path  # the learner's own folder
    unread: frozenset[str] = field(default_factory=frozenset)  # relative names that could not be read
    skipped: frozenset[str] = field(default_factory=frozenset)  # pipes, sockets and devices
    stems: frozenset[str] = field(default_factory=frozenset)  # what Python could import: names up to the first dot

    def is_spoilt(self) -> bool:
        """Whether the copy is no folder any more in which one can write."""
        return not (self.root.is_dir() and os.access(self.root, os.R_OK | os.W_OK | os.X_OK))

    def as_learner(self, text: str) -> str:
        """The text with the learner's own folder in place of the copy's."""
        return text.replace(str(self.root), str(self.origin))


class _Copier:
    def __init__(self, origin: Path, root: Path, max_bytes: int, max_files: int) -> None:
        self.origin, self.root = origin, root
        self.max_bytes, self.max_files = max_bytes, max_files
        self.bytes = self.files = 0
        self.unread: set[str] = set()
        self.skipped: set[str] = set()
        self.stems: set[str] = set()

    def folder(self, relative: str) -> None:
        source = self.origin / relative
        try:
            entries = sorted(os.scandir(source), key=lambda entry: entry.name)
        except OSError:
            self.unread.add(relative or ".")
            return
        for entry in entries:
            if entry.name == "__pycache__" or (not relative and entry.name in LEFT_OUT):
                continue
            self.stems.add(entry.name.partition(".")[0])
            self.entry(entry, f"{relative}/{entry.name}" if relative else entry.name)

    def entry(self, entry: "os.DirEntry[str]", name: str) -> None:
        self.files += 1
        if self.files > self.max_files:
            raise self.too_much(f"holds more than {self.max_files} files")
        if entry.is_symlink():
            self.link(name)
        elif entry.is_dir(follow_symlinks=False):
            (self.root / name).mkdir()
            self.folder(name)
        elif entry.is_file(follow_symlinks=False):
            self.file(entry, name)
        else:
            self.skipped.add(name)

    def file(self, entry: "os.DirEntry[str]", name: str) -> None:
        try:
            facts = entry.stat(follow_symlinks=False)
            self.bytes += facts.st_size
            if self.bytes > self.max_bytes:
                raise self.too_much(f"is larger than {self.max_bytes // 2**20} MB")
            target = self.root / name
            shutil.copyfile(entry.path, target)
            target.chmod(stat.S_IMODE(facts.st_mode) & 0o777 | 0o600)
            if not name.endswith(".py"):  # of which Python would believe what it has compiled of an earlier one
                os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        except PermissionError:
            self.unread.add(name)
        except FileNotFoundError:
            pass  # an editor took it away while we looked

    def link(self, name: str) -> None:
        source = self.origin / name
        pointed = source.readlink()
        target = Path(os.path.normpath(source.parent / pointed))
        if target.is_relative_to(self.origin):
            inside = self.root / target.relative_to(self.origin)
            (self.root / name).symlink_to(inside if pointed.is_absolute() else pointed)
        else:
            (self.root / name).symlink_to(target)

    def too_much(self, what: str) -> StackwalkError:
        return StackwalkError(
            f"The workspace {self.origin} {what}, too much to copy for a check.",
            "Keep only the files of the labs in it, or name another folder with --workspace.",
        )


def copy_workspace(origin: Path, root: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> Copy:
    """Copy a workspace into a folder that is empty or does not exist yet.

    Raises StackwalkError where it is no folder, too large, or where the copy cannot be written.
    """
    whole = Path(os.path.realpath(origin))
    if not whole.is_dir():
        raise StackwalkError(
            f"The workspace {origin} is not a folder.",
            "Name the folder that holds your files with --workspace.",
        )
    copier = _Copier(whole, root, max_bytes, max_files)
    try:
        root.mkdir(parents=True, exist_ok=True)
        copier.folder("")
    except OSError as error:
        raise StackwalkError(
            f"The workspace {origin} could not be copied to {root}: {error.strerror or error}.",
            "Make room in the temporary folder, or set TMPDIR to another one.",
        ) from error
    own = Path(os.path.abspath(origin))  # noqa: PTH100
    return Copy(root, own, frozenset(copier.unread), frozenset(copier.skipped), frozenset(copier.stems))
