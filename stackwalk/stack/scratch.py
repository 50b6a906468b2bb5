"""Folders that a stackwalk writes in while it runs, named after it: a later one finds what a killed one left."""

import contextlib
import os
import re
from pathlib import Path

from stackwalk.stack import kin
from stackwalk.stack.sweeping import namespace

_NAME = re.compile(r"stackwalk-[a-z]+-(?P<owner>\d+)-(?P<namespace>[0-9a-z]+)-")


def scratch_prefix(kind: str) -> str:
    """How the name of such a folder begins; `kind`: "check", "up" …"""
    return f"stackwalk-{kind}-{os.getpid()}-{namespace()}-"


def temporary() -> Path:
    """Where they are made, without importing tempfile; it may still be that nothing can be made there."""
    return Path(os.environ.get("TMPDIR") or "/tmp")


def sweep_scratch(folder: Path | None = None) -> None:
    """Remove those of stackwalks that were killed: ours, and of a process that is no more."""
    with contextlib.suppress(OSError), os.scandir(folder or temporary()) as entries:
        for entry in entries:
            named = _NAME.match(entry.name)
            # A folder from another container may be in use, whatever its number says here.
            if named is None or named["namespace"] != namespace() or kin.look(int(named["owner"])) is not None:
                continue
            if entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                remove(Path(entry.path))


def remove(folder: Path) -> None:
    """Remove a folder with all in it; folders that a program locked are opened first."""
    import shutil  # not before a stack starts: it takes a while to be imported

    opened: set[Path] = set()

    def unlock(_function: object, path: str, _error: object) -> None:
        # Never what stands above it, where others have their things, nor what a link in it leads to.
        for locked in {Path(path).parent, Path(path)} - opened:
            with contextlib.suppress(OSError):
                if locked.is_relative_to(folder) and locked.is_dir() and not locked.is_symlink():
                    locked.chmod(0o700)
                    opened.add(locked)

    before = -1
    while len(opened) > before:  # in a folder that was opened there may be locked ones
        before = len(opened)
        shutil.rmtree(folder, onerror=unlock)
    shutil.rmtree(folder, ignore_errors=True)  # what a program wrote meanwhile
