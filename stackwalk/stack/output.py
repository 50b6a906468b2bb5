"""What a program printed: the first and the last of it kept, the rest counted; and the traceback in it.

Memory is bounded whatever is printed. The text may hold anything at all: draw it as unsafe.
"""

import re
import threading
from collections.abc import Callable

from stackwalk.stack.answering import TARGET
from stackwalk.stack.environment import PROBE_FILE

KEEP = 64 * 1024
_LINES_AT_ONCE = 200

_START = re.compile(r"^(?P<bar>[ |+]*)(?:Exception Group )?Traceback \(most recent call last\):\s*$")
_FRAME = re.compile(r'^\s*File "[^"]*", line \d+')
_BAR = re.compile(r"^ *[|] ?")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # SGR; Flask writes it even into files
_ERROR = re.compile(r"^[A-Za-z_][\w.]*(?:: .*)?$")


class Output:
    """The first 64 KiB and the last 64 KiB of a program's output, fed by the thread that reads its pipe."""

    def __init__(self, keep: int = KEEP) -> None:
        self._lock = threading.Lock()
        self._passing = threading.Lock()  # the watcher gets what was printed in its order
        self._keep = keep
        self._head = bytearray()
        self._tail = bytearray()
        self._partial = b""
        self._finished = False
        self._shown = FrameFilter()  # for the watcher, who gets line after line
        self._callback: Callable[[tuple[str, ...]], None] | None = None
        self.total = 0

    @property
    def dropped(self) -> int:
        """How many bytes are not kept."""
        with self._lock:
            return self._dropped()

    def _dropped(self) -> int:
        return self.total - len(self._head) - min(len(self._tail), self._keep)

    def feed(self, data: bytes) -> None:
        """Take in what was printed next."""
        with self._passing:
            with self._lock:
                self.total += len(data)
                room = self._keep - len(self._head)
                self._head += data[:room]
                self._tail += data[room:][-self._keep :] if room < len(data) else b""
                if len(self._tail) > 4 * self._keep:
                    del self._tail[: -self._keep]
            if self._callback is not None:
                self._pass_on(self._callback, data)

    def watch(self, callback: Callable[[tuple[str, ...]], None]) -> None:
        """Call with each batch of whole lines, with those printed already at once, then in the reading thread.

        A flood is thinned, and says so.
        """
        with self._passing:
            self._callback = callback
            self._pass_on(callback, self._kept(0))
            self._end_line()

    def finish(self) -> None:
        """Pass on a last line that has no end: the program has ended."""
        with self._passing:
            self._finished = True
            self._end_line()

    def _end_line(self) -> None:
        if self._finished and self._callback is not None and self._partial:
            self._pass_on(self._callback, b"\n")

    def _pass_on(self, callback: Callable[[tuple[str, ...]], None], data: bytes) -> None:
        *lines, partial = (self._partial + data).split(b"\n")
        self._partial = partial[-4096:]
        shown = [line.decode("utf-8", "replace") for line in lines[:_LINES_AT_ONCE]]
        shown = self._shown.keep(shown)
        if len(lines) > _LINES_AT_ONCE:
            shown.append(f"… {len(lines) - _LINES_AT_ONCE} more lines")
        if shown:
            callback(tuple(shown))

    def mark(self) -> int:
        """A place in the output: give it to `since`."""
        return self.total

    def text(self) -> str:
        """All that is kept, as UTF-8 with replacements; what is missing is said where it is missing."""
        return self.since(0)

    def since(self, mark: int) -> str:
        """What was printed after a mark, as far as it is kept."""
        text = self._kept(mark).decode("utf-8", "replace")
        ours = PROBE_FILE in text or TARGET in text or "\x1b[" in text
        return "\n".join(FrameFilter().keep(text.split("\n"))) if ours else text

    def _kept(self, mark: int) -> bytes:
        with self._lock:
            tail = bytes(self._tail[-self._keep :])
            head = bytes(self._head[mark:])
            tail_from = self.total - len(tail)
            missing = tail_from - max(mark, len(self._head))
        gap = f"\n… {missing:,} bytes left out …\n".encode() if missing > 0 else b""
        return head + gap + tail[max(0, mark - tail_from) :]


class FrameFilter:
    """Leaves out, line by line, what is ours or for a terminal only.

    That is the probe's frames in tracebacks (a learner's `bind` fails as it does by hand), our own question
    whether a server answers, and colours.
    """

    def __init__(self) -> None:
        self._hiding = False

    def keep(self, lines: list[str]) -> list[str]:
        """Those of the next lines that are shown."""
        kept = []
        for coloured in lines:
            line = _COLOUR.sub("", coloured)
            if TARGET in line:
                continue
            bare = _BAR.sub("", line)  # exception groups draw bars before their lines
            if _FRAME.match(bare):
                self._hiding = PROBE_FILE in bare
            elif not bare.startswith("    "):
                self._hiding = False
            if not self._hiding:
                kept.append(line)
        return kept


def learner_traceback(text: str) -> str | None:
    """The last Python traceback in a text; None where there is none."""
    lines = text.splitlines()
    start = _last_start(lines)
    if start is None:
        return None
    kept: list[str] = []
    bar = _START.match(lines[start])
    prefix = bar.group("bar") if bar else ""
    for number, line in enumerate(lines[start:]):
        bare = line[len(prefix) :] if line.startswith(prefix) else line
        kept.append(line)
        if number and not bare.startswith(" ") and bare.strip():
            break
    return "\n".join(kept)


def _last_start(lines: list[str]) -> int | None:
    """Where the last traceback begins. A SyntaxError in the file that is run has no "Traceback" line."""
    for number in range(len(lines) - 1, -1, -1):
        if _START.match(lines[number]):
            return number
        if (
            _FRAME.match(lines[number])
            and lines[number].startswith("  File")
            and (number == 0 or not lines[number - 1].startswith((" ", "Traceback")))
        ):
            return number
    return None


def last_error_line(text: str) -> str | None:
    """The last line of the last traceback, such as "NameError: name 'x' is not defined"."""
    found = learner_traceback(text)
    last = found.splitlines()[-1] if found else ""
    return last if _ERROR.match(last) else None
