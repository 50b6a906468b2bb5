"""Where those who publish what passes at a door meet those who look on: a socket in a folder of the user's own.

A socket that can't be connected to is stale: what made it was killed.
"""

import os
import socket
import stat
from pathlib import Path

from stackwalk.errors import StackwalkError

LONGEST_PATH = 100  # bytes; macOS takes 104 with the zero at the end, Linux 108
AT_ONCE = 1024 * 1024  # bytes taken by one read
PATIENCE = 1.0  # seconds for a feed to be connected to


def feed_folder() -> Path:
    """The folder of all feeds of this user, made where it is not there yet.

    StackwalkError where it is somebody else's, or a link: then whoever owns it could see what passes.
    """
    for folder in meeting_folders():
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except FileExistsError:
            found = folder.lstat()
        except OSError:
            continue
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StackwalkError(
                f"{folder} should be a folder of yours, and it is not.",
                "Remove it, or set XDG_RUNTIME_DIR to a folder that only you can enter.",
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
        return folder
    raise StackwalkError(
        "There is no folder for showing the traffic to other terminals.",
        "Set TMPDIR to a folder that you can write.",
    )


def publishing(port: int) -> tuple[socket.socket, Path] | None:
    """A socket that listens for those who want to see what passes at a port; None: somebody publishes there."""
    path = feed_folder() / f"door-{port}.sock"
    living = connected_to(path)
    if living is not None:
        living.close()
        return None
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(16)
    except OSError as problem:
        listening.close()
        raise StackwalkError(
            f"Other terminals can't be shown the traffic: {path} could not be made ({problem.strerror}).",
            "Look whether that folder can be written and its disk has room.",
        ) from problem
    return listening, path


class Lines:
    """The lines that come to a socket that does not wait, in whatever pieces."""

    def __init__(self) -> None:
        self.ended = False  # nothing more will come
        self._begun: list[bytes] = []  # pieces of a line that is not whole; a line may have hundreds of them

    def read(self, source: socket.socket) -> list[bytes]:
        """Those that are whole by now."""
        lines: list[bytes] = []
        size = 0
        while size < AT_ONCE:
            try:
                data = source.recv(AT_ONCE)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                data = b""
            if not data:
                self.ended = True
                break
            size += len(data)
            first, newline, rest = data.partition(b"\n")
            self._begun.append(first)
            if newline:
                *whole, rest = rest.split(b"\n")
                lines += [b"".join(self._begun), *whole]
                self._begun = [rest] if rest else []
        return lines


def meeting_folders() -> list[Path]:
    """Where feeds may be, the one to publish in first."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    name = f"stackwalk-{os.getuid()}"
    found = [Path(os.environ.get("TMPDIR") or "/tmp") / name, Path("/tmp") / name]
    if runtime and Path(runtime).is_dir() and Path(runtime).stat().st_uid == os.getuid():
        found.insert(0, Path(runtime) / "stackwalk")
    return [folder for folder in found if len(os.fsencode(folder)) + len("/door-65535.sock") <= LONGEST_PATH]


def connected_to(path: Path) -> socket.socket | None:
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connecting.settimeout(PATIENCE)
    try:
        connecting.connect(str(path))
    except OSError:
        connecting.close()
        return None
    return connecting
