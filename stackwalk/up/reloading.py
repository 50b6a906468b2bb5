"""Taking saved files into a stack that is up, as the programs themselves do it: nginx reloads, Gunicorn gets a HUP.

A service does not look at its files by itself: `noticed` says what was saved, `reload` does it when somebody asks.
"""

import re
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from stackwalk.errors import StackwalkError
from stackwalk.whole.running import Running
from stackwalk.whole.stack import Refused, Stack

END_PATIENCE = 5.0  # seconds in which a program that has to be started anew may end by itself
NEW_STACK = frozenset(
    {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "Dockerfile", ".env"}
)
READ_ONCE = frozenset({".py", ".conf", ".cfg", ".jinja", ".jinja2", ".j2"})  # by programs, when they start
SETTINGS = "gunicorn.conf.py"  # which Gunicorn reads by itself
TEMPLATES = "templates"  # a folder of which Flask keeps what it has read

Told = tuple[str, bool]  # a sentence, and whether all is well


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
    parts = stack.plan.parts if name is None else (stack.plan.part(name),)
    for part in parts:
        if part != front:
            yield _service(stack, stack.running(part.name), workspace)
    if front is not None and front in parts:
        yield _front(stack, front.name)


def _service(stack: Stack, running: Running, workspace: Path) -> Told:
    name = running.name
    try:
        if running.program is None or running.program.poll() is not None:
            stack.start_part(name)
            return f"{name} has been started.", True
        if _takes_hup(running.part.spec.run, workspace):
            running.send(signal.SIGHUP)
            return f"{name}: new workers take its files as they are now, the old ones finish what they are at.", True
        running.hold()
        running.end(END_PATIENCE)
        stack.start_part(name)
        return f"{name} has been ended and started anew.", True
    except StackwalkError as error:
        return f"{name}: {error.what} {error.try_this}", False


def _front(stack: Stack, name: str) -> Told:
    running = stack.running(name)
    launches = running.launches
    try:
        stack.reload()
    except Refused as refused:
        return f"{refused.what} {refused.try_this} Until then {name} goes on as before.", False
    except StackwalkError as error:
        return f"{name}: {error.what} {error.try_this}", False
    how = "has taken its file, and no client has noticed" if running.launches == launches else "has been started anew"
    return f"{name} {how}.", True


def _takes_hup(command: Sequence[str], workspace: Path) -> bool:
    """Whether a HUP makes it read its code anew: it is Gunicorn, and not its master has loaded that (`preload_app`)."""
    if not any(Path(word).name == "gunicorn" for word in command[:3]) or "--preload" in command:
        return False
    try:
        settings = (workspace / SETTINGS).read_text("utf-8", "replace")
    except OSError:
        return True
    return re.search(r"(?m)^\s*preload_app\s*=\s*True\b", settings) is None


def _were_saved(paths: list[str]) -> str:
    shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return f"{shown} {'was' if len(paths) == 1 else 'were'} saved"
