"""Where a program that hangs stands, in words: the learner's own line in each of its threads. Pure.

It comes after what a check says, and explains it. A thread that only waits for the next client explains nothing where
another one is in the middle of something; nor does one in which an event loop waits for many things at once.
"""

import re
from collections.abc import Callable, Iterable

from stackwalk.check.difference import shortened
from stackwalk.stack.standing import Frame, Standing

MOST = 2  # places that are named
LONGEST = 60  # characters of a line
_LOOP = ("/asyncio/base_events.py", "/asyncio/runners.py")
_IDLE = re.compile(r"\b(accept|select|poll|serve_forever|join|run)\(")


def stands(
    standings: Iterable[Standing], folder: str, read_line: Callable[[str, int], str],
    is_theirs: Callable[[str], bool] = lambda name: True,
) -> str:  # fmt: skip
    """A sentence such as "Your program waits in line 12 of server.py: `client.recv(4096)`."; "" where nobody knows.

    folder is the workspace as the program sees it; read_line gives the text of a line of one of its files, and
    is_theirs says whether a file is the learner's.
    """
    places: dict[tuple[str, int], bool] = {}
    for one in standings:
        for frames in one.threads:
            place = _own(frames, folder.rstrip("/") + "/", is_theirs)
            if place is not None:
                places[place] = places.get(place, False) or one.busy
    lines = {place: read_line(*place).strip() for place in places}
    told = [place for place in places if not _IDLE.search(lines[place])] or list(places)
    if not told:
        return ""
    verb = "stands" if len(told) > 1 else "is busy" if places[told[0]] else "waits"
    named = [f"line {line} of {file}" + _quoted(shortened(lines[file, line], LONGEST)) for file, line in told[:MOST]]
    return f"Your program {verb} in {', and in '.join(named)}."


def _own(frames: tuple[Frame, ...], prefix: str, is_theirs: Callable[[str], bool]) -> tuple[str, int] | None:
    """The innermost place that is the learner's; None: there is none, or an event loop runs below it."""
    for frame in frames:
        file = frame.file if frame.file.startswith(("/", "<")) else prefix + frame.file  # before Python 3.9
        name = file.removeprefix(prefix)
        if name != file and "/site-packages/" not in file and is_theirs(name):
            return name, frame.line
        if file.endswith(_LOOP):
            return None
    return None


def _quoted(text: str) -> str:
    return f": `{text}`" if text else ""
