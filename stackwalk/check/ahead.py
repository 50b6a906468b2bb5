"""A program launched ahead: its Python has started, and waits at a gate before it reads a line of the learner's.

What Python does until then is the same whatever the learner saves. What they import of the standard library most
often is imported there, too, and what the lab says that the program runs on; where a file of theirs could stand in for
such a module, none of this counts, and the program is launched as ever.
"""

import contextlib
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from stackwalk.check.copy import Copy
from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.stack.environment import AHEAD, GATE, free_port, is_free, learner_environment, search_path
from stackwalk.stack.launch import Guardian, GuardianLost, Program
from stackwalk.stack.limits import Limits
from stackwalk.stack.packages import installed
from stackwalk.stack.standing import asked_in

# Importing one of these does nothing but define things.
_HARMLESS = frozenset(
    {
        "asyncio", "collections", "concurrent", "contextlib", "dataclasses", "datetime", "email", "enum", "errno",
        "functools", "hashlib", "html", "http", "io", "itertools", "json", "logging", "mimetypes", "os", "pathlib",
        "queue", "random", "re", "select", "selectors", "shutil", "signal", "socket", "socketserver", "string",
        "struct", "sys", "threading", "time", "traceback", "typing", "urllib",
    }
)  # fmt: skip
_IMPORT = re.compile(r"^import[ \t]+(.+)|^from[ \t]+([\w.]+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)
_MOST = 20_000  # bytes of a file that are looked at
_PYTHON = re.compile(r"python[\d.]*")


class Ahead:
    """One program that waits at its gate; used or not, it ends with its guardian."""

    def __init__(
        self, guardian: Guardian, spec: ProgramSpec, origin: Path, root: Path, run_dir: Path, limits: Limits
    ) -> None:
        """Launch it. `root` is the empty folder into which the workspace `origin` will be copied."""
        self._spec = spec
        self._first = _first_on_path(origin)
        self._packages = installed(Path(self._first)) if spec.needs else frozenset()
        self._ports = tuple(free_port() for _ in spec.moved)
        self._gate = run_dir / "gate"
        os.mkfifo(self._gate, 0o600)
        environment = learner_environment(origin, run_dir, dict(zip(spec.moved, self._ports, strict=True)))
        environment.pop("PYTHONPYCACHEPREFIX", None)  # as for what is launched in a copy at once
        environment |= asked_in(run_dir) | {
            GATE: str(self._gate),
            AHEAD: " ".join([*_imported(origin / spec.file), *_run_on(spec, origin)]),
        }
        self._program = guardian.launch(spec.run, cwd=root, environment=environment, limits=limits)

    def go(self, spec: ProgramSpec, copy: Copy) -> Program | None:
        """Let it go on. None where it is not what would be launched now, or does not wait."""
        if spec != self._spec or _first_on_path(copy.origin) != self._first:
            return None
        if copy.stems & (sys.stdlib_module_names | self._packages) or not all(is_free(port) for port in self._ports):
            return None
        try:
            # Whoever waits there is a reader already: without one this fails at once.
            os.close(os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return None
        return self._program


def launched_ahead(
    guardian: Guardian, spec: ProgramSpec, origin: Path, root: Path, run_dir: Path, limits: Limits
) -> Ahead | None:
    """The program at its gate; None where the command is not known to be a Python, or cannot be launched."""
    try:
        if not _waits(spec.run, origin):
            return None
        root.mkdir(parents=True, exist_ok=True)
        return Ahead(guardian, spec, origin, root, run_dir, limits)
    except (OSError, StackwalkError, GuardianLost):
        return None  # whoever launches it at once is told why


def _first_on_path(workspace: Path) -> str:
    return search_path(workspace, "")[0]


def _waits(run: tuple[str, ...], workspace: Path) -> bool:
    """Whether the command is Python with a file to run, or a script of Python's: all others would just begin."""
    if _PYTHON.fullmatch(run[0]):
        return len(run) > 1 and not run[1].startswith("-")  # -I, -E and -S leave the probe out
    script = shutil.which(run[0], path=os.pathsep.join(search_path(workspace, os.environ.get("PATH", os.defpath))))
    if script is None:
        return False
    with Path(script).open("rb") as file:
        first = file.readline(1000).decode("latin-1").strip()
    return first.startswith("#!") and _PYTHON.fullmatch(first.rpartition("/")[2]) is not None


def _run_on(spec: ProgramSpec, workspace: Path) -> Iterator[str]:
    """What the lab says that the program runs on, and what a script of Python's imports first of all."""
    if not spec.needs:
        return
    script = Path(_first_on_path(workspace)) / spec.run[0]
    with contextlib.suppress(OSError, UnicodeDecodeError):
        for several, one in _IMPORT.findall(script.read_text(encoding="utf-8")[:_MOST]):
            if one.partition(".")[0] in spec.needs and not several:
                yield one
    yield from spec.needs


def _imported(file: Path) -> Iterator[str]:
    """The harmless modules that a program imports, as its file stands now."""
    try:
        number = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    with os.fdopen(number, "rb") as opened:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            return
        text = opened.read(_MOST).decode("utf-8", "replace")
    for several, one in _IMPORT.findall(text):
        for part in several.split(",") if several else (one,):
            name = _NAME.match(part.strip())
            if name is not None and name[0].partition(".")[0] in _HARMLESS:
                yield name[0]
