"""The folder that one run writes in, and its end."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from stackwalk.errors import StackwalkError
from stackwalk.stack import kin

SCRATCH = "stackwalk-check-"


def make_scratch() -> Path:
    """A folder for one run, named after this process. Raises StackwalkError where none can be made."""
    sweep_scratch()
    try:
        return Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-{_namespace()}-")).resolve()
    except OSError as error:
        raise StackwalkError(
            f"No temporary folder could be made in {tempfile.gettempdir()}: {error.strerror or error}.",
            "Make room there, or set TMPDIR to another folder.",
        ) from error


def sweep_scratch() -> None:
    """Remove the folders of stackwalks that were killed: ours, and of a process that is no more."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if not entry.name.startswith(SCRATCH):
                continue
            owner, namespace, *_ = (*entry.name.removeprefix(SCRATCH).split("-"), "")
            # A folder from another container may be in use, whatever its number says here.
            if not owner.isdigit() or namespace != _namespace() or kin.look(int(owner)) is not None:
                continue
            if entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                remove(Path(entry.path))


def _namespace() -> str:
    """The set of process numbers that this process lives in."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")  # noqa: PTH115
    except OSError:
        return "0"


def remove(folder: Path) -> None:
    """Remove a folder with all in it; folders that a program locked are opened first."""
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


def last_print(scratch: Path) -> str:
    """The last line that the run printed, as a clause."""
    with contextlib.suppress(OSError):
        lines = (scratch / "prints").read_bytes()[-2000:].decode("utf-8", "replace").split("\n")
        printed = [line for line in lines if line.strip()]
        if printed:
            return f" ({printed[-1].strip()[:200]})"
    return ""
