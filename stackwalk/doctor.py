"""Look at the machine the way a lab will use it, and say what is fine and what to do about the rest."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from stackwalk import __version__
from stackwalk.course.lesson import Course
from stackwalk.errors import StackwalkError
from stackwalk.screen.safe import safe
from stackwalk.screen.summary import count_of
from stackwalk.tap.door import holder, is_resting
from stackwalk.tap.meeting import feed_folder


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing looked at. `fine` false means that a lab will trip over it; `try_this` is then a sentence."""

    fine: bool
    name: str
    says: str
    try_this: str = ""


def examine(course: Course, environ: Mapping[str, str]) -> Iterator[Symptom]:
    """Yield a symptom for each thing a lab needs: the Python, the course, its doors, the tools beside it."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Symptom(True, "stackwalk", __version__)
    yield Symptom(True, "Python", f"{version}, {sys.executable}: programs are run with this one")
    steps = sum(len(lab.steps) for lab in course.labs)
    yield Symptom(
        steps > 0, "course", f"{count_of(len(course.labs), 'lab')} with {count_of(steps, 'step')} in {course.root}"
    )
    yield _feed()
    yield _loopback(socket.AF_INET, "127.0.0.1", needed=True)
    yield _loopback(socket.AF_INET6, "::1", needed=False)
    doors = {program.clients_at: program.taken for lab in course.labs for program in reversed(lab.programs)}
    for port in sorted(doors):
        yield _door(port, doors[port])
    yield _tool("curl", "the lessons' `send` lines use it; a browser will do as well")
    yield _terminal(environ)


def _feed() -> Symptom:
    try:
        folder = feed_folder()
    except StackwalkError as error:
        return Symptom(False, "feed", error.what, error.try_this)
    return Symptom(True, "feed", f"sockets of open labs live in {folder}")


def _loopback(family: socket.AddressFamily, address: str, *, needed: bool) -> Symptom:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError as error:
        says = f"nothing can listen on {address} ({error.strerror})"
        if needed:
            return Symptom(False, "loopback", says, "Bring the machine's loopback interface up.")
        return Symptom(True, "loopback", says + "; the labs use 127.0.0.1 alone then")
    return Symptom(True, "loopback", f"{address} works")


def _door(port: int, taken: str) -> Symptom:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
                probe.listen()
        except OSError:
            if family == socket.AF_INET6:
                continue
            who = holder(port)
            if who is not None and who.taps:
                says = f"has the door of a stackwalk that is open: process {who.pid}, {who.command}"
                return Symptom(True, f"port {port}", says)
            if who is None and is_resting(port):
                says = "nobody listens; connections of the last minute hold it a little longer"
                return Symptom(True, f"port {port}", says)
            name = f"process {who.pid}, {who.command}" if who else "a process of somebody else"
            return Symptom(
                False,
                f"port {port}",
                f"taken by {name}",
                f"End that program, or give the lab another door: stackwalk lab --port {port + 1}. {taken}".rstrip(),
            )
    return Symptom(True, f"port {port}", "free")


def _tool(name: str, use: str) -> Symptom:
    where = shutil.which(name)
    if where:
        return Symptom(True, name, str(Path(where)))
    return Symptom(True, name, f"not found; {use}")


def _terminal(environ: Mapping[str, str]) -> Symptom:
    if not sys.stdout.isatty():
        return Symptom(True, "terminal", "none here: a lab prints plain text")
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    says = f"{columns} x {lines}, TERM={environ.get('TERM', '')}"
    if columns < 40:
        return Symptom(False, "terminal", says, "Make the window at least 40 columns wide.")
    return Symptom(True, "terminal", says)


def draw_symptom(symptom: Symptom) -> Text:
    """One line for what was looked at, a second one with the cure where it is not fine."""
    line = Text("✔ fine   " if symptom.fine else "✘ mend   ", style="green" if symptom.fine else "yellow")
    line.append(f"{safe(symptom.name):<10} {safe(symptom.says)}", style="none")
    if symptom.try_this:
        line.append(f"\n{'':<20}{safe(symptom.try_this)}", style="bold")
    return line
