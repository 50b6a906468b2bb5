"""The learner's folder: which one it is, its lock, and the few files that we put there or set aside.

A learner's file is never overwritten and never lost: files are given only where nothing stands, and a reset
moves what was there into a dated folder.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from stackwalk.errors import StackwalkError

if TYPE_CHECKING:
    from stackwalk.course.lesson import Step

STATE = ".stackwalk"  # the folder in a workspace that is ours
DEFAULT = "my-stack"
VARIABLE = "STACKWALK_WORKSPACE"


class Workspace(NamedTuple):
    """A learner's folder, which may not exist yet."""

    root: Path  # absolute, as it was named: a symbolic link stays one

    @property
    def state(self) -> Path:
        """The folder in it that is ours."""
        return self.root / STATE

    @property
    def exists(self) -> bool:
        """Whether there is such a folder."""
        return self.root.is_dir()


def find_workspace(flag: str | None, environ: Mapping[str, str], cwd: Path) -> Workspace:
    """Return the workspace that is meant, whether or not it exists yet.

    That is `flag` (--workspace), else $STACKWALK_WORKSPACE, else the nearest folder upwards that holds
    .stackwalk/, else ./my-stack. Raises StackwalkError where something that is no folder stands there.
    """
    if flag is not None:
        if not flag.strip():
            raise StackwalkError("--workspace names no folder.", "Write it as --workspace my-stack.")
        return _usable(cwd / Path(flag).expanduser(), environ)
    named = environ.get(VARIABLE, "")
    if named.strip():
        return _usable(cwd / Path(named).expanduser(), environ)
    for folder in (cwd, *cwd.parents):
        try:
            if (folder / STATE).is_dir():
                return Workspace(folder)
        except OSError:
            continue
    return _usable(cwd / DEFAULT, environ)


def existing_workspace(flag: str | None, environ: Mapping[str, str], cwd: Path) -> Workspace:
    """Return the workspace that is meant, for all but `lab`, which alone makes one.

    Raises StackwalkError where it does not exist, naming the one used last.
    """
    workspace = find_workspace(flag, environ, cwd)
    if workspace.exists:
        _enter(workspace)
        return workspace
    last = last_workspace(environ)
    if last is not None and last != workspace.root:
        try_this = f"The one used last is {last}: go there, or add --workspace {_quoted(last)}."
    else:
        try_this = "Make one with `stackwalk lab 1`, or name yours with --workspace DIR."
    raise StackwalkError(f"There is no workspace at {workspace.root}.", try_this)


def make_workspace(workspace: Workspace, environ: Mapping[str, str]) -> None:
    """Make the folder and ours in it, where they are missing, and remember it as the one used last.

    Raises StackwalkError where that cannot be done.
    """
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        _enter(workspace)
        workspace.state.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise StackwalkError(
            f"{error.filename} is in the way: a folder is needed there, and it is none.",
            "Move it away, or choose another folder with --workspace DIR.",
        ) from error
    except OSError as error:
        raise StackwalkError(
            f"The workspace {workspace.root} cannot be made: {error.strerror or error}.",
            "Make that place writable, or choose another folder with --workspace DIR.",
        ) from error
    _remember(workspace, environ)


def last_workspace(environ: Mapping[str, str]) -> Path | None:
    """Return the workspace used last, if it is remembered and still there."""
    with suppress(OSError, ValueError):
        last = Path(_memory(environ).read_text(encoding="utf-8").rstrip("\n"))
        if last.is_absolute() and last.is_dir():
            return last
    return None


@contextmanager
def lock(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for one session; the lock goes with the process, however it ends.

    Raises StackwalkError that names the process which holds it, and where no lock can be had.
    """
    file = workspace.state / "lock"
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StackwalkError(
            f"{file} cannot be written: {error.strerror or error}.",
            "Make the workspace writable, or choose another folder with --workspace DIR.",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            who = f"process {holder}" if holder.isdigit() else "another process"
            raise StackwalkError(
                f"Another stackwalk has this workspace open: {who} ({workspace.root}).",
                "Use that one, or end it there with q or Ctrl+C; `stackwalk check` works beside it.",
            ) from None
        except OSError as error:
            raise StackwalkError(
                f"{file} cannot be locked: {error.strerror or error}.",
                "Choose a folder on a disk of this machine with --workspace DIR.",
            ) from error
        with suppress(OSError):  # a full disk: the lock holds without our number in it
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(handle)


def is_open(root: Path) -> bool:
    """Whether some session holds the workspace in this folder, a lab or a stack."""
    try:
        handle = os.open(root / STATE / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def saved_last(root: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Those of these files that are in a workspace, the one that was saved last first."""
    when = {}
    for name in names:
        with suppress(OSError):
            when[name] = (root / name).stat().st_mtime_ns
    return tuple(sorted(when, key=lambda name: -when[name]))


def put_start_files(workspace: Workspace, step: "Step") -> tuple[Path, ...]:
    """Put the files that a step gives, where nothing of that name stands; return those that were put.

    Raises StackwalkError where one cannot be written.
    """
    if step.start is None:
        return ()
    put = []
    for name, source in files_of(step.start):
        target = workspace.root / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if _put_new(source, target):
                put.append(target)
        except OSError as error:
            raise StackwalkError(
                f"{target} could not be put there: {error.strerror or error}.",
                "Make the workspace writable and make room, then try again.",
            ) from error
    return tuple(put)


def reset(
    workspace: Workspace, step: "Step", files: Iterable[str], now: datetime | None = None
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Set files of the learner aside and put the step's given files anew.

    `files` are paths inside the workspace; those that are not there are passed over. Returns where each one
    was moved (.stackwalk/kept/DATE/…), and which files were put. Raises StackwalkError where a path leads out
    or cannot be moved: then nothing is lost, and it says what has been moved already.
    """
    import shutil  # takes 2 ms of every start, and only this needs it

    given = () if step.start is None else tuple(name for name, _ in files_of(step.start))
    names = tuple(dict.fromkeys((*files, *given)))
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] == STATE:
            raise StackwalkError(f"{name!r} is no file of the workspace.", "Name one by its path inside it.")
    shelf = _new_shelf(workspace, now or datetime.now())
    kept: list[Path] = []
    for name in names:
        source = workspace.root / name
        if not os.path.lexists(source):
            continue
        target = shelf / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target)
        except (OSError, shutil.Error) as error:
            moved = f" Moved before that: {', '.join(str(one) for one in kept)}." if kept else ""
            raise StackwalkError(
                f"{source} could not be set aside: {error}.{moved}",
                "Make the workspace writable, then try again.",
            ) from error
        kept.append(target)
    return tuple(kept), put_start_files(workspace, step)


def files_of(folder: Path) -> tuple[tuple[str, Path], ...]:
    """Return the files under a folder as (path inside it, file), sorted; no caches, no attempt.toml on top.

    Raises StackwalkError where the folder cannot be read.
    """
    try:
        return tuple(
            (name, file)
            for file in sorted(folder.rglob("*"))
            if file.is_file()
            and "__pycache__" not in file.parts
            and (name := file.relative_to(folder).as_posix()) != "attempt.toml"
        )
    except OSError as error:
        raise StackwalkError(
            f"{folder} cannot be read: {error.strerror or error}.", "Make it readable, then try again."
        ) from error


def _usable(path: Path, environ: Mapping[str, str]) -> Workspace:
    root = Path(os.path.normpath(path)) if not path.is_symlink() else path
    if root.is_symlink() and not root.exists():
        raise StackwalkError(
            f"{root} is a symbolic link to a folder that is not there.",
            "Make that folder, or choose another one with --workspace DIR.",
        )
    if root.exists() and not root.is_dir():
        raise StackwalkError(
            f"{root} is a file, and a workspace is a folder.", "Choose another place with --workspace DIR."
        )
    return Workspace(root)


def _enter(workspace: Workspace) -> None:
    """Refuse a folder that may not be read."""
    if not os.access(workspace.root, os.R_OK | os.X_OK):
        raise StackwalkError(
            f"The workspace {workspace.root} may not be read by you.",
            "Make it readable, or choose another folder with --workspace DIR.",
        )


def _put_new(source: Path, target: Path) -> bool:
    """Copy source to target if nothing is there; True if it was put. A half-written one is taken back."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as copy:
            copy.write(source.read_bytes())
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return True


def _new_shelf(workspace: Workspace, now: datetime) -> Path:
    base = workspace.state / "kept" / f"{now:%Y-%m-%dT%H-%M-%S}"
    shelf, number = base, 2
    while os.path.lexists(shelf):
        shelf, number = base.with_name(f"{base.name}-{number}"), number + 1
    return shelf


def _memory(environ: Mapping[str, str]) -> Path:
    named = environ.get("XDG_STATE_HOME", "")
    home = environ.get("HOME", "")
    if not Path(named).is_absolute() and not Path(home).is_absolute():
        raise ValueError("no place for a memory")
    state = Path(named) if Path(named).is_absolute() else Path(home) / ".local" / "state"
    return state / "stackwalk" / "last"


def _remember(workspace: Workspace, environ: Mapping[str, str]) -> None:
    # Best effort: who cannot remember must still be able to work.
    with suppress(OSError, ValueError):
        memory = _memory(environ)
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(f"{workspace.root}\n", encoding="utf-8")


def _quoted(path: Path) -> str:
    text = str(path)
    return f"'{text}'" if " " in text else text
