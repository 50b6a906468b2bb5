"""Where the Python of a program stands: asked by a signal, to which faulthandler answers with a line a frame.

The probe has it registered in each of the program's Pythons, with a file of this run's own. Only a process that has
it registered still, and holds that very file still, is asked: to another one the signal could be anything. It is read
where a program hangs, and explains that; nothing is decided by it, and whoever does not answer is not waited for.
"""

import os
import re
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stackwalk.stack import kin
from stackwalk.stack.environment import STANDS

NUMBER = int(signal.SIGRTMAX) - 1 if kin.LINUX else 0  # nobody's signal; macOS has none of these
HANDLE = 987  # the file's number in the program, far from all that it opens; the probe has the same
PATIENCE = 1.0  # seconds until a process has answered
REST = 0.01  # seconds without another line, after which an answer is over
BUSY_REST = 0.1  # of one that computes: it may have lost its core between two lines
MOST_PROCESSES = 8
MOST = 64 * 1024  # bytes of an answer
_THREAD = re.compile(r"^(Current thread|Thread) 0x[0-9a-f]+ ")
_FRAME = re.compile(r'^  File "(?P<file>.{1,600})", line (?P<line>[0-9]{1,9}) in ')
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Frame:
    """One call that is under way."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the threads of one process were doing when it was asked."""

    busy: bool  # one of them was computing; else all waited
    threads: tuple[tuple[Frame, ...], ...]  # of each its frames, the innermost first


def asked_in(run_dir: Path) -> dict[str, str]:
    """What the environment of a program says, so that it can be asked; nothing where the system can't."""
    return {STANDS: f"{NUMBER}:{_file(run_dir)}"} if kin.LINUX else {}


def standings(pids: Iterable[int], environment: Mapping[str, str]) -> tuple[Standing, ...]:
    """Ask these processes, started with that environment, one after the other; those that answer, as they stand."""
    _, _, file = environment.get(STANDS, "").partition(":")
    if not file:
        return ()
    told = (_ask(pid, file) for pid in list(pids)[:MOST_PROCESSES])
    return tuple(one for one in told if one is not None)


def read_standing(text: str, *, busy: bool) -> Standing:
    """What faulthandler has written. Anyone may have written there: whatever is no frame is skipped."""
    threads: list[list[Frame]] = []
    for line in text.split("\n"):
        frame = _FRAME.match(line)
        if _THREAD.match(line):
            threads.append([])
        elif frame is not None and threads:
            threads[-1].append(Frame(_unescaped(frame["file"]), int(frame["line"])))
    return Standing(busy, tuple(tuple(frames) for frames in threads))


def _file(run_dir: Path) -> Path:
    return run_dir.resolve() / "stands"


def _ask(pid: int, file: str) -> Standing | None:
    with kin.Hold(pid) as hold:
        if hold.look is None or not _answers(pid, file):
            return None
        busy = _is_busy(pid)
        try:
            with open(file, "rb") as answers:  # noqa: PTH123
                answers.seek(0, os.SEEK_END)
                hold.send(NUMBER)
                text = _answer(answers.fileno(), BUSY_REST if busy else REST)
        except OSError:
            return None
    return read_standing(text.decode("ascii", "replace"), busy=busy) if text else None


def _answer(number: int, rest: float) -> bytes:
    """All that comes until nothing has for that many seconds, or the time is up."""
    text = b""
    began = last = time.monotonic()
    while (now := time.monotonic()) - began < PATIENCE and len(text) < MOST:
        more = os.read(number, MOST)
        if more:
            text, last = text + more, now
        elif text.endswith(b"\n") and now - last >= rest:
            break
        else:
            time.sleep(0.001)
    return text


def _answers(pid: int, file: str) -> bool:
    """Whether the process catches the signal, and what it would write to is the file of this run (proc(5))."""
    try:
        if os.readlink(f"/proc/{pid}/fd/{HANDLE}") != file:  # noqa: PTH115
            return False
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) >> (NUMBER - 1) & 1)


def _is_busy(pid: int) -> bool:
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    except OSError:
        return False
    looks = (kin.look(int(thread)) for thread in threads)
    return any(look is not None and look.state == "R" for look in looks)


def _unescaped(name: str) -> str:
    """A file name as faulthandler writes it: what is no ASCII as an escape."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2] or found[3], 16) % 0x110000), name)
