"""What a learner has done, in one small file beside their work: .stackwalk/progress.json.

It is written whole or not at all. A damaged one is kept aside under another name, said, and begun anew: what
passes will pass again.
"""

import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from stackwalk.course.lesson import Progress
from stackwalk.course.workspace import STATE, Workspace
from stackwalk.errors import StackwalkError

FORMAT = 1
MOST = 1_000_000  # bytes; a progress file of a hundred steps has some 3,000

_STEP = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}", re.ASCII)


def read_progress(workspace: Workspace, now: datetime | None = None) -> tuple[Progress, str | None]:
    """Return the progress, and a sentence about a damaged file where there was one.

    No file is no progress. A damaged file is renamed to progress.damaged-DATE.json and kept. Raises
    StackwalkError where the file is there and may not be read, or was written by a newer stackwalk.
    """
    file = progress_file(workspace)
    try:
        data = _read(file)
    except (FileNotFoundError, NotADirectoryError):
        return Progress(), None
    except OSError as error:
        raise StackwalkError(
            f"{file} cannot be read: {error.strerror or error}.",
            "Make it readable for you, for example with chmod u+r.",
        ) from error
    try:
        return _from_json(data, file), None
    except (ValueError, RecursionError):
        return Progress(), _keep_aside(file, now or datetime.now())


def write_progress(workspace: Workspace, progress: Progress) -> None:
    """Write the progress, whole or not at all.

    Raises StackwalkError where the folder is missing, read-only or full; the file that was there stays.
    """
    file = progress_file(workspace)
    temporary = file.with_name(f".progress-{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as target:
            target.write(_to_json(progress))
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(file)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StackwalkError(
            f"Your progress could not be written to {file}: {error.strerror or error}.",
            "Make room, or make the folder writable; your own files are untouched.",
        ) from error


def update_progress(workspace: Workspace, change: Callable[[Progress], Progress]) -> tuple[Progress, str | None]:
    """Read, change and write the progress as one act, so that a check beside an open lab loses nothing.

    Returns what is written now, and read_progress's sentence about a damaged file. Raises its StackwalkErrors
    and those of write_progress.
    """
    with _alone(workspace):
        before, note = read_progress(workspace)
        after = change(before)
        if after != before:
            write_progress(workspace, after)
        return after, note


def progress_file(workspace: Workspace) -> Path:
    """Where the progress of a workspace lies."""
    return workspace.state / "progress.json"


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold the progress for a moment; whoever comes second waits for that moment."""
    try:
        handle = os.open(workspace.state / "progress.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StackwalkError(
            f"Your progress could not be written to {workspace.state}: {error.strerror or error}.",
            f"Make the folder {STATE} writable; your own files are untouched.",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(file: Path) -> bytes:
    # Not blocking: a pipe in the file's place must not hold everything up.
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return b""
        parts = []
        while part := os.read(handle, MOST + 1):
            parts.append(part)
            if sum(map(len, parts)) > MOST:
                break
        return b"".join(parts)
    finally:
        os.close(handle)


def _from_json(data: bytes, file: Path) -> Progress:
    """The progress in these bytes. Raises ValueError where they are damaged."""
    if len(data) > MOST:
        raise ValueError("too long")
    import json  # a start without progress needs none

    values = json.loads(data.decode("utf-8"))
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise ValueError("not a progress file")
    if values["format"] > FORMAT:
        raise StackwalkError(
            f"{file} was written by a newer stackwalk (format {values['format']}).", "Update stackwalk."
        )
    current = values.get("current")
    return Progress(
        opened=_steps(values.get("opened", [])),
        passed=_steps(values.get("passed", [])),
        current=None if current is None else _step(current),
        hints=_hints(values.get("hints", {})),
    )


def _steps(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ValueError("not a list of steps")
    return tuple(dict.fromkeys(_step(one) for one in values))


def _step(value: object) -> str:
    if not isinstance(value, str) or not _STEP.fullmatch(value):
        raise ValueError("not a step")
    return value


def _hints(values: object) -> MappingProxyType[str, int]:
    if not isinstance(values, dict):
        raise ValueError("not hints")
    for level in values.values():
        if not isinstance(level, int) or isinstance(level, bool) or not 0 <= level <= 3:
            raise ValueError("not a level of a hint")
    return MappingProxyType({_step(step): level for step, level in values.items()})


def _to_json(progress: Progress) -> str:
    import json

    values = {
        "format": FORMAT,
        "current": progress.current,
        "opened": list(progress.opened),
        "passed": list(progress.passed),
        "hints": dict(progress.hints),
    }
    # A key a line: a person who opens the file finds their way.
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in values.items())
    return "{\n" + lines + "\n}\n"


def _keep_aside(file: Path, now: datetime) -> str:
    stem = f"progress.damaged-{now:%Y-%m-%dT%H-%M-%S}"
    names = (f"{stem}.json", *(f"{stem}-{number}.json" for number in range(2, 100)))
    kept = next((file.with_name(name) for name in names if not os.path.lexists(file.with_name(name))), None)
    said = "Your progress file was damaged"
    if kept is None:
        return f"{said} and stays where it is: {file}. What passes is counted again."
    try:
        file.rename(kept)
    except OSError as error:
        return f"{said}, and could not be moved aside ({error.strerror or error}): {file}."
    return f"{said}. It is kept as {kept}, and what passes is counted again."
