"""What is said of one part of a stack: how it is, how it has ended, and why it is not ready."""

import contextlib
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stackwalk.whole.running import Running

Told = dict[str, Any]
FRAME = re.compile(r'\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+)')
LONGEST = 200  # characters of what an exception says


def told_part(running: "Running") -> Told:
    program = running.program
    runs = program is not None and running.ending is None
    return {
        "name": running.name,
        "service": running.part.service,
        "state": running.state,
        "pid": running.pid,
        "processes": list(program.processes()) if program is not None and runs else [],
        "address": running.address,
        "listens": None if running.listener is None else running.listener.port,
        "command": running.part.spec.line,
        "file": running.part.spec.file,
        "why": how(running) if running.ending is not None else "" if running.state == "ready" else why_not(running),
    }


def how(running: "Running") -> str:
    ending = running.ending
    if ending is None:
        return ""
    if ending.cause is not None:
        return f"it was stopped, {ending.cause}."
    if ending.signal is not None:
        with contextlib.suppress(ValueError):
            return f"somebody has sent it {signal.Signals(ending.signal).name}."
    fault = "" if running.program is None else fault_in(running.program.output.text(), running.folder)
    return f"exit status {ending.code}.{fault and f' {fault}'}"


def fault_in(printed: str, folder: Path) -> str:
    """The last exception in what a Python printed that came by a file of this folder, and where; "": there is none.

    "app/routes.py, line 3: NameError: name 'x' is not defined." What Gunicorn's master raises after it is not it.
    """
    folder = folder.resolve()
    found = place = ""
    for line in printed.splitlines():
        frame = FRAME.match(line)
        if frame is not None:
            file = (folder / frame["file"]).resolve()
            if file.is_relative_to(folder) and "site-packages" not in file.parts:
                place = f"{file.relative_to(folder)}, line {frame['line']}: "
        elif place and line and not line[0].isspace():
            found, place = f"{place}{line[:LONGEST].rstrip('.')}.", ""
    return found


def elsewhere(running: "Running") -> tuple[int, ...]:
    """The ports that a part has opened."""
    return () if running.program is None else tuple(each.typed for each in running.program.listeners())


def why_not(running: "Running") -> str:
    if running.state == "paused":
        return "its processes are stopped."
    if running.listener is None and (others := elsewhere(running)):
        there = ", ".join(map(str, others[:3]))
        return f"it listens on port {there}, and port {running.port} is where it is looked for."
    if running.listener is None:
        look = f" Look for a `listen {running.port};` in {running.part.spec.file}."
        return f"nothing of it listens on port {running.port} yet.{look if running.part.spec.server == 'nginx' else ''}"
    return f"it listens on port {running.port}, and has not answered yet."
