"""What must be true of the learner's file before it is run: it is there, a file, readable, and text."""

import re
import stat
from pathlib import Path

from stackwalk.check.copy import Copy
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.verdict import Cause
from stackwalk.check.where import stands
from stackwalk.course.strays import find_stray
from stackwalk.stack.launch import Program

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_MOST = 1_000_000  # bytes of a file of which a line is shown
_FILES = 500  # at most that many names are looked at


def must_be_readable(copy: Copy, file: str) -> None:
    """Raise LearnerFailure, with a sentence for each case, where the file cannot be run."""
    own, copied = copy.origin / file, copy.root / file
    if file in copy.unread or any(part in copy.unread for part in _parents(file)):
        raise LearnerFailure(
            f"{file} is there, but you are not allowed to read it.",
            Cause.UNREADABLE_FILE,
            hint=f"Give yourself the right to: chmod u+r {file}",
        )
    if file in copy.skipped or _is_special(copied):
        raise LearnerFailure(
            f"{file} is not a file but a pipe, a socket or a device.",
            Cause.UNREADABLE_FILE,
            hint=f"Move it away, then save your program as {file}.",
        )
    if copied.is_dir():
        raise LearnerFailure(
            f"{file} is a folder, and should be a file with your program.", Cause.MISSING_FILE,
            hint=f"Rename the folder, then save your program as {file}.",
        )  # fmt: skip
    if copied.is_symlink() and not copied.exists():
        raise LearnerFailure(
            f"{file} is a link that leads nowhere.",
            Cause.MISSING_FILE,
            hint=f"Remove the link, then save your program as {file}.",
        )
    if not copied.exists():
        hint = find_stray(copy.origin, file) or f"Save your program as {own}"
        raise LearnerFailure(f"There is no file {file} yet.", Cause.MISSING_FILE, hint=hint)
    try:
        data = copied.read_bytes()
    except OSError as error:
        raise LearnerFailure(f"{file} cannot be read: {error.strerror}.", Cause.UNREADABLE_FILE) from None
    if not data.strip():
        raise LearnerFailure(
            f"{file} is empty, so there is nothing to run.", Cause.EXITED, hint="Is it saved in your editor?"
        )
    if file.endswith(".py"):
        _must_be_text(file, data)


def _is_special(path: Path) -> bool:
    """Whether a path leads to a pipe, a socket or a device: reading one might never end."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _must_be_text(file: str, data: bytes) -> None:
    if b"\0" in data:
        raise LearnerFailure(
            f"{file} is no plain text: it holds zero bytes, as files do that are saved as UTF-16 or are no program.",
            Cause.UNREADABLE_FILE,
            hint="Save the file again with the encoding UTF-8.",
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if any(_CODING.match(line) for line in data.split(b"\n", 2)[:2]):
            return
        line = data.count(b"\n", 0, error.start) + 1
        raise LearnerFailure(
            f"{file} is not UTF-8 text: line {line} holds the byte 0x{data[error.start]:02x}.",
            Cause.UNREADABLE_FILE,
            hint="Save the file again with the encoding UTF-8.",
        ) from None


def _parents(file: str) -> list[str]:
    return [str(parent) for parent in Path(file).parents]


def line_of(file: Path, number: int) -> str:
    """The text of one line of a file, from 1; "" where it can't be read or has no such line."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return ""
        with file.open("rb") as opened:
            lines = opened.read(_MOST).splitlines()
    except OSError:
        return ""
    return lines[number - 1].decode("utf-8", "replace") if 0 < number <= len(lines) else ""


def where_it_stands(program: Program, copy: Copy) -> str:
    """Where a program hangs, in a sentence; "" where nobody knows. What a check has written itself is not named."""
    return stands(
        program.standings(), str(copy.root), lambda name, line: line_of(copy.root / name, line),
        lambda name: (copy.origin / name).exists(),
    )  # fmt: skip


def python_files(folder: Path) -> frozenset[str]:
    """The names of Python files at the top of a folder, and of packages in it as PACKAGE/__init__.py."""
    names: set[str] = set()
    for entry in sorted(folder.iterdir())[:_FILES]:
        if entry.suffix == ".py":
            names.add(entry.name)
        elif (entry / "__init__.py").is_file():
            names.add(f"{entry.name}/__init__.py")
    return frozenset(names)
