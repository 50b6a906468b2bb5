"""How a program's end, or its not being ready, is told to the learner: in terms of what they did. Pure.

Each function gives a LearnerFailure; `when` is a clause such as "after the request GET /".
"""

import errno
import importlib.util
import re
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from stackwalk.check.crash import PACKAGES, Crash, last_crash, last_lines, shadowing
from stackwalk.check.difference import shortened
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.verdict import Cause
from stackwalk.stack.limits import Ending, Limits
from stackwalk.stack.listening import Listener

HERE = frozenset({"127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1"})  # where localhost is answered
_MB = 1024 * 1024
_MOST_NAMED, _LONGEST_NAME = 3, 60  # processes that are named, characters of each
_COMPLAINT = re.compile(
    r"^(?:Error: |gunicorn: error: |\[[^\]]*\] \[\d+\] \[ERROR\] (?=Can't connect|Connection in use)"
    r"|(?=Failed to find attribute))(.+)$",
    re.MULTILINE,
)
_TAKEN = (f"[Errno {errno.EADDRINUSE}]", "Address already in use")


def ended(
    ending: Ending, output: str, *, when: str, folder: str, files: frozenset[str], limits: Limits, typed: str = ""
) -> LearnerFailure:
    """The program has ended by itself, or a limit has ended it. `typed`: the command, where it is a tool's."""
    crash = last_crash(output, folder)
    told = crash.text if crash else last_lines(output)
    if ending.cause is not None:
        return LearnerFailure(_excess(ending.cause, limits), ending.cause, output=told)
    if ending.killed_starter:
        return LearnerFailure(
            f"Your program killed the process that had started it, {when}. A server leaves other processes alone.",
            Cause.EXITED,
            output=told,
        )
    if crash is not None and ending.code != 0:
        return crashed(crash, when=when, files=files)
    if ending.left_behind:
        return LearnerFailure(
            f"Your program ended {when}, but left another process running: {_named(ending.left_behind)}. "
            "A server stays in the foreground until it is told to end.",
            Cause.LEFT_BEHIND,
            output=told,
        )
    if ending.signal is not None:
        return LearnerFailure(
            f"Your program was ended by the signal {_signal_name(ending.signal)}, {when}.",
            Cause.CRASHED,
            output=told,
        )
    said = _last_complaint(output) if ending.code else ""
    if said:
        return LearnerFailure(
            f"The command {typed or 'that runs your program'} ended {when}. It says: {_short(said)}",
            Cause.EXITED,
            output=told,
        )
    return LearnerFailure(
        f"Your program ended by itself {when}, with exit status {ending.code}. "
        "A server goes on until it is told to end.",
        Cause.EXITED,
        output=told,
    )


def crashed(crash: Crash, *, when: str, files: frozenset[str]) -> LearnerFailure:
    """A traceback says how the program ended."""
    missing = _missing_package(crash, files)
    if missing:
        return LearnerFailure(
            f"The Python that runs your program has no package {missing!r}.",
            Cause.NEEDS,
            hint=f"Install it there: python -m pip install {missing}",
            output=crash.text,
        )
    shadow = shadowing(crash, files)
    if shadow:
        module = shadow.removesuffix(".py").partition("/")[0]
        return LearnerFailure(
            f"There is a file of yours called {shadow}: Python imports it in place of its own module "
            f"{module}, and your program ends with {_short(crash.error)}",
            Cause.CRASHED,
            hint=f"Give {shadow} another name.",
            output=crash.text,
        )
    meant = _meant_module(crash, files)
    return LearnerFailure(
        f"{crash.place}{_short(crash.error)}{meant} Your program ended with this error {when}.",
        Cause.CRASHED,
        output=crash.text,
    )


def mute(port: int, seconds: float) -> LearnerFailure:
    """The program listens, and has answered nothing yet."""
    return LearnerFailure(
        f"Port {port} is open, but {seconds:.0f} s after the start no request has been answered: "
        "your code may still be being imported, or not come to an end.",
        Cause.SILENT,
    )


def _last_complaint(output: str) -> str:
    """The last line in which a command says what it lacks: Flask's `Error: …`, the text of Gunicorn's log."""
    complaints = _COMPLAINT.findall(output)
    return complaints[-1].strip() if complaints else ""


def address_in_use(output: str) -> bool:
    """Whether the program ended because a port that it wanted was taken."""
    return any(sign in output for sign in _TAKEN)


def port_taken(port: int) -> LearnerFailure:
    """Another program holds the port, and this one could not be given another."""
    return LearnerFailure(
        f"Another program on this machine listens on port {port}, so yours could not.",
        Cause.PORT_TAKEN,
        hint="End the other program, then check again.",
    )


def refused_elsewhere(other: int, port: int) -> LearnerFailure:
    """The program asked for another port than its clients look at, and that one was taken."""
    return LearnerFailure(
        f"Your program asks for port {other}, and this lab's clients come to port {port}.",
        Cause.WRONG_ADDRESS,
        expected=f"TCP, port {port}",
        actual=f"TCP, port {other}",
    )


def elsewhere(listeners: Sequence[Listener], port: int) -> LearnerFailure:
    """The program listens, but not where its clients look."""
    one = next((each for each in listeners if each.kind == "tcp"), listeners[0])
    if one.kind == "udp":
        what = (
            f"Your program has opened UDP port {one.typed} (SOCK_DGRAM). "
            "This lab's clients speak over TCP (SOCK_STREAM)."
        )
    elif one.typed != port:
        what = f"Your program listens on port {one.typed}, and this lab's clients come to port {port}."
    else:
        what = (
            f"Your program listens on {one.address}, port {port}. Whoever opens localhost looks on 127.0.0.1 and ::1."
        )
    return LearnerFailure(
        what,
        Cause.WRONG_ADDRESS,
        expected=f"TCP, localhost:{port}",
        actual=", ".join(f"{each.kind.upper()}, {each.address}:{each.typed}" for each in listeners[:5]),
    )


def not_listening(port: int, seconds: float, *, bound: bool, output: str, folder: str) -> LearnerFailure:
    """The program runs, and nothing of it listens."""
    what = f"Your program runs, but after {seconds:.0f} s nothing of it listens on port {port}."
    if bound:
        what = (
            f"Your program has bound port {port}, but after {seconds:.0f} s it has not called listen(), "
            "so nobody can connect."
        )
    crash = last_crash(output, folder)
    if crash:
        what += f" It printed an error: {crash.place}{_short(crash.error)}"
    else:
        what += " Is there something before listen() that does not end: a loop, a sleep, a wait for somebody?"
    return LearnerFailure(what, Cause.NOT_LISTENING, output=crash.text if crash else last_lines(output))


def _excess(cause: str, limits: Limits) -> str:
    told = {
        "too-much-output": (
            f"printed more than {(limits.output or 0) // _MB} MB",
            "something prints again and again",
        ),
        "too-much-memory": (
            f"took more than {limits.memory // _MB} MB of memory",
            "something grows without end",
        ),
        "too-many-processes": (
            f"started more than {limits.processes} processes",
            "something forks again and again",
        ),
    }
    what, why = told.get(cause, (f"went over a limit ({cause})", "something has no end"))
    return f"Your program {what} and was stopped: {why}."


def _short(error: str) -> str:
    text = shortened(error, 300)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _signal_name(number: int) -> str:
    known = {signal.SIGSEGV: "SIGSEGV (it touched memory that is not its own)", signal.SIGKILL: "SIGKILL (9)"}
    try:
        return known.get(signal.Signals(number)) or signal.Signals(number).name
    except ValueError:
        return str(number)


def _missing_package(crash: Crash, files: frozenset[str]) -> str | None:
    """A package that stackwalk's own Python has and the learner's lacks."""
    if crash.kind != "ModuleNotFoundError" or "'" not in crash.error:
        return None
    name, dot, _ = crash.error.split("'")[1].partition(".")
    if dot:
        return None  # of a.b Python says that only where there is an a
    own = any(file.partition("/")[0].removesuffix(".py") == name for file in files)
    if own or not name.isidentifier():
        return None
    return name if name in PACKAGES or importlib.util.find_spec(name) is not None else None


def _meant_module(crash: Crash, files: frozenset[str]) -> str:
    """The question whether a module was meant that is there, and called nearly as the one that is not."""
    if crash.kind != "ModuleNotFoundError" or "'" not in crash.error:
        return ""
    package, dot, inner = crash.error.split("'")[1].rpartition(".")
    if dot and "is not a package" in crash.error:
        return ""
    if dot:
        return f" There is a package {package}, and nothing called {inner} in it."
    own = {file.partition("/")[0].removesuffix(".py") for file in files if file.endswith(".py")}
    known = [*sorted(own), *sorted(sys.stdlib_module_names), *sorted(PACKAGES)]
    close = get_close_matches(crash.error.split("'")[1], [name for name in known if not name.startswith("_")], n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _named(left: tuple[str, ...]) -> str:
    """Processes ("PID COMMAND") in few words: of each its number and what it runs, without the folders."""
    named = []
    for one in left[:_MOST_NAMED]:
        pid, _, command = one.partition(" ")
        words = " ".join(word.rpartition("/")[2] if word.startswith("/") else word for word in command.split(" "))
        named.append(f"{pid} {words if len(words) <= _LONGEST_NAME else f'{words[: _LONGEST_NAME - 1]}…'}")
    more = len(left) - len(named)
    return ", ".join(named) + (f", and {more} more" if more else "")
