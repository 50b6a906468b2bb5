"""What a program's output says about its end: the traceback, and the learner's line that it points to. Pure."""

import re
import sys
from dataclasses import dataclass

from stackwalk.stack.environment import PROBE_FILE

_BEGIN = "Traceback (most recent call last):"
_PLACE = re.compile(r'^ +File "(?P<file>[^"\n]+)", line (?P<line>\d+)', re.MULTILINE)
_ERROR = re.compile(r"^(?P<name>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?$")
_LAST_LINES = 10  # of what a program printed, where there is no traceback
_AFTERMATH = frozenset({"HaltServer"})  # Gunicorn's master ends of what a worker has told before
PACKAGES = frozenset({"flask", "werkzeug", "jinja2", "click", "gunicorn", "django", "waitress"})  # of the labs
_LONGEST = 4000  # characters of output in a finding


@dataclass(frozen=True, slots=True)
class Crash:
    """The last traceback in a program's output."""

    error: str  # "TypeError: a bytes-like object is required, not 'str'"
    file: str | None  # the learner's file, relative to the workspace; None: nothing of theirs is in it
    line: int | None
    text: str  # the traceback itself

    @property
    def kind(self) -> str:
        """The exception's name."""
        return self.error.partition(":")[0].rpartition(".")[2]

    @property
    def place(self) -> str:
        """Where, in words that begin a sentence: "server.py, line 7: "; empty where it is not known."""
        return f"{self.file}, line {self.line}: " if self.file else ""


def last_crash(output: str, folder: str) -> Crash | None:
    """The last traceback in a program's output; folder is the workspace that its files are named from."""
    start = output.rfind(_BEGIN)
    while start >= 0:
        crash = _crash_of(output[start:].split("\n"), folder)
        if crash is None or crash.kind not in _AFTERMATH:
            return crash
        start = output.rfind(_BEGIN, 0, start)
    return _crash_of(_syntax_error(output), folder)


def _crash_of(lines: list[str], folder: str) -> Crash | None:
    taken = []
    error = ""
    for index, line in enumerate(lines):
        taken.append(line)
        if index and line and not line.startswith((" ", "\t")) and _ERROR.match(line):
            error = line.strip()
            break
    if not error:
        return None
    text = "\n".join(_without_the_probe(taken))
    file, number = _own_place(text, folder)
    return Crash(error, file, number, text)


def _without_the_probe(lines: list[str]) -> list[str]:
    """The lines of a traceback without the frames of our own that ride inside the program."""
    kept: list[str] = []
    hidden = False
    for line in lines:
        if _PLACE.match(line) or not line.startswith(" "):
            hidden = f'"{PROBE_FILE}"' in line
        if not hidden:
            kept.append(line)
    return kept


def _syntax_error(output: str) -> list[str]:
    """The lines of an error that Python reports before it runs anything: it has no Traceback line."""
    lines = output.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        if _PLACE.match(lines[index]) and any(
            re.match(r"(Syntax|Indentation|Tab)Error\b", line) for line in lines[index : index + 6]
        ):
            return ["", *lines[index:]]
    return []


def _own_place(text: str, folder: str) -> tuple[str | None, int | None]:
    prefix = folder.rstrip("/") + "/"
    own: tuple[str | None, int | None] = (None, None)
    for match in _PLACE.finditer(text):
        file = match["file"]
        if file.startswith(prefix) and "/site-packages/" not in file:
            own = (file[len(prefix) :], int(match["line"]))
    return own


def last_lines(output: str) -> str:
    """The last lines of an output, and how many came before them."""
    lines = output.rstrip("\n").split("\n") if output.strip() else []
    if len(lines) > _LAST_LINES:
        lines = [f"[{len(lines) - _LAST_LINES} lines before]", *lines[-_LAST_LINES:]]
    return bounded("\n".join(lines))


def bounded(text: str) -> str:
    """Text of bounded length; what is cut from its middle is said."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters left out]\n{text[-half:]}"


def shadowing(crash: Crash, files: frozenset[str]) -> str | None:
    """The learner's file that stands in the way of one of Python's modules, where the crash shows it."""
    for name in sorted(files):
        module = name.removesuffix(".py").partition("/")[0]
        if module not in sys.stdlib_module_names and module not in PACKAGES:
            continue
        own = re.escape(module)
        if module in PACKAGES and f"partially initialized module '{own}'" not in crash.error:
            continue
        if f'/{name}"' in crash.text or re.search(
            rf"(module (named )?'{own}['.]|'{own}' is not a package)", crash.error
        ):
            return name
    return None
