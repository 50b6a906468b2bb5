"""Taking saved files into a stack that is up, as the programs themselves do it: nginx reloads, Gunicorn gets a HUP.

A service does not look at its files by itself: `noticed` says what was saved, `reload` does it when somebody asks.
"""

import re
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from stackwalk.errors import StackwalkError
from stackwalk.up.part import elsewhere, fault_in, how, why_not
from stackwalk.whole.running import Running
from stackwalk.whole.stack import Refused, Stack

LOADING = 20.0  # seconds for the code to be imported
START_PATIENCE = 5.0  # seconds for what was started, or has a new file, to be ready
ELSEWHERE = 0.5  # seconds after which a part that listens on other ports is taken to have opened all that it will
LOOK_EVERY = 0.02  # seconds between two looks at it
END_PATIENCE = 5.0  # seconds in which a program that has to be started anew may end by itself
NEW_STACK = frozenset(
    {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "Dockerfile", ".env"}
)
READ_ONCE = frozenset({".py", ".conf", ".cfg", ".jinja", ".jinja2", ".j2"})  # by programs, when they start
SETTINGS = "gunicorn.conf.py"  # which Gunicorn reads by itself
TEMPLATES = "templates"  # a folder of which Flask keeps what it has read

Told = tuple[str, bool]  # a sentence, and whether all is well
Tried = dict[tuple[str, ...], str]  # commands that were tried out, and why they failed


def noticed(saved: Iterable[str], front: Iterable[str], kept: tuple[str, ...]) -> list[str]:
    """What is to be said of saved files. front: those of the web server; kept: folders that are read anew each time."""
    read, new = [], []
    for path in sorted(saved):
        parts = PurePosixPath(path)
        if path in NEW_STACK:
            new.append(path)
        elif path in front or (
            not path.startswith(kept or ("/",)) and (parts.suffix in READ_ONCE or TEMPLATES in parts.parts)
        ):
            read.append(path)
    said = []
    if read:
        said += [
            f"{_were_saved(read)}. The stack goes on with what it has read.",
            "To let it take that in, in another terminal: stackwalk reload",
        ]
    if new:
        said.append(f"{_were_saved(new)}. What it says holds from the next `stackwalk up` on.")
    return said


def reload(stack: Stack, name: str | None, workspace: Path) -> Iterator[Told]:
    """Let a part, or all of them, take its files as they are now; what has ended is started.

    Raises StackwalkError where there is no such part.
    """
    front = stack.plan.front
    tried: Tried = {}
    parts = stack.plan.parts if name is None else (stack.plan.part(name),)
    for part in parts:
        if part != front:
            yield _service(stack, stack.running(part.name), workspace, tried)
    if front is not None and front in parts:
        yield _front(stack, front.name)


def _service(stack: Stack, running: Running, workspace: Path, tried: Tried) -> Told:
    name = running.name
    try:
        if running.program is None or running.program.poll() is not None:
            stack.start_part(name)
            return _settled(stack, running, "has been started")
        if _is_gunicorn(running.part.spec.run):
            # A worker that can't load the code makes Gunicorn's master end, and the old workers with it.
            fault = _fault(stack, running, tried)
            if fault:
                return f"{name} goes on as before, for it could not load its files as they are now. {fault}", False
            if not _is_preloaded(running.part.spec.run, workspace):
                running.send(signal.SIGHUP)
                return (
                    f"{name}: new workers take its files as they are now, the old ones finish what they are at.",
                    True,
                )
        running.hold()
        running.end(END_PATIENCE)
        stack.start_part(name)
        return _settled(stack, running, "has been ended and started anew")
    except StackwalkError as error:
        return f"{name}: {error.what} {error.try_this}", False


def _fault(stack: Stack, running: Running, tried: Tried) -> str:
    """Why a Gunicorn can't load the code, asked of another one (its --check-config); "": it can."""
    command = (*running.part.spec.run, "--check-config")
    if command not in tried:
        ending, printed = stack.try_out(running.name, command, LOADING)
        if ending is None:
            tried[command] = f"It was still at it after {LOADING:.0f} seconds."
        elif ending.code == 0:
            tried[command] = ""
        else:
            last = next(
                (line for line in reversed(printed.splitlines()) if line.strip()), f"Exit status {ending.code}."
            )
            tried[command] = fault_in(printed, running.folder) or last.strip()
    return tried[command]


def _front(stack: Stack, name: str) -> Told:
    running = stack.running(name)
    launches = running.launches
    try:
        stack.reload()
    except Refused as refused:
        return f"{refused.what} {refused.try_this} Until then {name} goes on as before.", False
    except StackwalkError as error:
        return f"{name}: {error.what} {error.try_this}", False
    if running.launches != launches:
        return _settled(stack, running, "has been started anew")
    running.look_anew()
    return _settled(stack, running, "has taken its file", "has taken its file, and no client has noticed")


def _settled(stack: Stack, running: Running, done: str, well: str = "") -> Told:
    """What has become of a part that was started, or took a new file: told when it is ready, or will not be soon."""
    deadline = time.monotonic() + START_PATIENCE
    strayed: float | None = None
    while stack.look() or running.state not in ("ready", "ended", "paused"):
        now = time.monotonic()
        strayed = None if not elsewhere(running) else now if strayed is None else strayed
        if now > deadline or (strayed is not None and now - strayed > ELSEWHERE):
            break
        stack.await_any(LOOK_EVERY)
    if running.state == "ended":
        return f"{running.name} {done}, and has ended: {how(running)}", False
    if running.state == "ready" or (running.part.spec.answers and strayed is None):
        return f"{running.name} {well or done}.", True
    return f"{running.name} {done}, and can't be reached: {why_not(running)}", False


def _is_gunicorn(command: Sequence[str]) -> bool:
    return any(Path(word).name == "gunicorn" for word in command[:3])


def _is_preloaded(command: Sequence[str], workspace: Path) -> bool:
    """Whether Gunicorn's master has loaded the code (`preload_app`): a HUP does not make it read that anew."""
    if "--preload" in command:
        return True
    try:
        settings = (workspace / SETTINGS).read_text("utf-8", "replace")
    except OSError:
        return False
    return re.search(r"(?m)^\s*preload_app\s*=\s*True\b", settings) is not None


def _were_saved(paths: list[str]) -> str:
    shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return f"{shown} {'was' if len(paths) == 1 else 'were'} saved"
