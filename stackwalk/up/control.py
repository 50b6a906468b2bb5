"""How other terminals reach a stack that is up: a socket that only its owner can open, a JSON line each way."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stackwalk.course.workspace import is_open
from stackwalk.errors import StackwalkError
from stackwalk.tap.meeting import feed_folder

PATIENCE = 5.0  # seconds for an answer
RELOAD_PATIENCE = 60.0  # seconds for new files to be taken in
DOWN_PATIENCE = 30.0  # seconds for all of a stack to be gone
LONGEST = 64 * 1024  # bytes of a question

Told = dict[str, Any]


def control_path(workspace: Path) -> Path:
    """Where the socket of a workspace is."""
    found = workspace.stat()  # whatever it is called
    return feed_folder() / f"up-{found.st_dev:x}-{found.st_ino:x}.sock"


@contextlib.contextmanager
def listening(workspace: Path) -> Iterator[socket.socket]:
    """The socket, for as long as the block lasts. Whoever holds the workspace's lock may replace a stale one."""
    path = control_path(workspace)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        try:
            made.bind(str(path))
            path.chmod(0o600)
            made.listen(8)
        except OSError as problem:
            raise StackwalkError(
                f"Other terminals can't reach this stack: {path} could not be made ({problem.strerror}).",
                "Look whether that folder can be written and its disk has room.",
            ) from problem
        made.setblocking(False)
        try:
            yield made
        finally:
            path.unlink(missing_ok=True)


def ask(workspace: Path, question: Told, *, patience: float = PATIENCE) -> Told:
    """Ask the stack that is up in a workspace, and wait so many seconds. StackwalkError where there is none."""
    with _connected(workspace) as connected:
        connected.settimeout(patience)
        return _asked(connected, question)


def end_and_wait(workspace: Path) -> Told:
    """Tell the stack to end, and wait until it has."""
    with _connected(workspace) as connected:
        told = _asked(connected, {"do": "down"})
        connected.settimeout(DOWN_PATIENCE)
        with contextlib.suppress(ConnectionResetError):
            try:
                while connected.recv(4096):
                    pass
            except TimeoutError:
                raise StackwalkError(
                    f"The stack of {workspace} has not ended within {DOWN_PATIENCE:.0f} seconds.",
                    f"End its process: kill {told.get('pid', '')}".rstrip(),
                ) from None
    return told


def _connected(workspace: Path) -> socket.socket:
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connecting.settimeout(PATIENCE)
    try:
        connecting.connect(str(control_path(workspace)))
    except OSError:
        connecting.close()
        if is_open(workspace):
            raise StackwalkError(
                f"No stack is up in {workspace}, but another stackwalk, a lab for instance, has it open.",
                "What runs there shows in its own terminal. End it there (q or Ctrl+C) before you type: stackwalk up",
            ) from None
        raise StackwalkError(f"No stack is up in {workspace}.", "Start it there: stackwalk up") from None
    return connecting


def _asked(connected: socket.socket, question: Told) -> Told:
    try:
        connected.sendall(json.dumps(question).encode() + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            more = connected.recv(1024 * 1024)
            if not more:
                raise ConnectionResetError
            data += more
        told = json.loads(data)
    except (OSError, ValueError) as problem:
        raise StackwalkError("The stack that is up does not answer.", "Look at the terminal in which it runs.") from (
            problem
        )
    if not isinstance(told, dict):
        raise StackwalkError("The stack that is up belongs to another stackwalk.", "Use the same one for both.")
    if "problem" in told:
        raise StackwalkError(str(told["problem"]), str(told.get("try_this", "")))
    return told
