"""The environment that learner programs get, and the ports that theirs are moved to."""

import errno
import os
import socket
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from stackwalk.errors import StackwalkError

PORTS = "STACKWALK_PORTS"  # "8080:23456 5000:31000", typed:real
REPORT = "STACKWALK_REPORT"  # the file that the probe appends to
ACCEPTS = "STACKWALK_ACCEPTS"  # the pipe in which the probe tells who takes connections
WRITES = "STACKWALK_WRITES"  # the pipe in which it tells which files of the workspace are written
STANDS = "STACKWALK_STANDS"  # the signal at which Python tells where it stands, and the file: "63:/run/stands"
GATE = "STACKWALK_GATE"  # the pipe at which Python waits until somebody opens it for writing
AHEAD = "STACKWALK_AHEAD"  # what it imports until then, "socket threading"
PROBE = Path(__file__).resolve().parent.parent / "probe"
PROBE_FILE = str(PROBE / "sitecustomize.py")  # as it stands in tracebacks

# What would steer a learner's server from outside the lesson.
_DROPPED = ("PYTEST_", "STACKWALK_", "COV_CORE_", "PYTHON", "FLASK_", "WERKZEUG_", "GUNICORN_", "UWSGI_", "DJANGO_")
_DROPPED_NAMES = frozenset({"VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "PORT"})

# Below the ports that systems hand out by themselves (32768 up on Linux, 49152 on macOS).
_LOWEST, _HIGHEST = 20000, 32000
_MARKED = "127.0.0.2"
_MOST_RESERVED = 32
_reserved: deque[int] = deque()  # open files
_reserved_by = 0


def learner_environment(workspace: Path, run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
    """What a program of the workspace is started with.

    `moved`: typed port -> real port; `run_dir`: a folder of this run's own, for the probe's report. What
    Python compiled of this workspace at an earlier launch is thrown away.
    """
    workspace, run_dir = workspace.absolute(), run_dir.absolute()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_DROPPED) and name not in _DROPPED_NAMES
    }
    environment |= {
        "PATH": os.pathsep.join(search_path(workspace, environment.get("PATH", os.defpath))),
        "PYTHONPATH": str(PROBE),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPYCACHEPREFIX": str(_compiled(workspace, run_dir)),
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        # Gunicorn's control socket lies here: two servers of one user would share the usual one.
        "XDG_RUNTIME_DIR": str(run_dir),
        PORTS: " ".join(f"{typed}:{real}" for typed, real in moved.items()),
        REPORT: str(run_dir / "probe.jsonl"),
    }
    if (workspace / ".venv" / "bin").is_dir():
        environment["VIRTUAL_ENV"] = str(workspace / ".venv")
    return environment


def moved_environment(base: Mapping[str, str], run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
    """The same for another program of the workspace that starts at the same time: its own folder and ports."""
    run_dir = run_dir.absolute()
    return dict(base) | {
        "XDG_RUNTIME_DIR": str(run_dir),
        PORTS: " ".join(f"{typed}:{real}" for typed, real in moved.items()),
        REPORT: str(run_dir / "probe.jsonl"),
    }


def _compiled(workspace: Path, run_dir: Path) -> Path:
    """Where Python keeps compiled modules: not in the workspace, and of the workspace's own always new ones.

    A stale one could be taken where a file is saved twice within a second at the same size. Those of libraries
    stay: to compile asyncio at each launch takes 200 ms.
    """
    try:
        given = Path(os.environ.get("XDG_CACHE_HOME", ""))
        cache = (given if given.is_absolute() else Path("~/.cache").expanduser()) / "stackwalk" / "compiled"
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = cache / workspace.resolve().relative_to("/")
        for entry in own.iterdir() if own.is_dir() else ():
            if entry.name != ".venv":
                _remove(entry)
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return run_dir / "pycache"
    return cache


def _remove(entry: Path) -> None:
    """A file or a folder with all that is in it. By hand: shutil would take 2 ms of each start."""
    if entry.is_dir() and not entry.is_symlink():
        for inner in entry.iterdir():
            _remove(inner)
        entry.rmdir()
    else:
        entry.unlink()


def search_path(workspace: Path, usual: str) -> list[str]:
    """The workspace's own environment first, else the folder of this Python: unresolved, a venv is a link."""
    own = workspace / ".venv" / "bin"
    first = own if own.is_dir() else Path(sys.executable).parent
    return [str(first), *(part for part in usual.split(os.pathsep) if part and part != str(first))]


def free_port() -> int:
    """A port that is free on 127.0.0.1 and ::1 at this moment, with no connection of the last minute on it.

    No other stackwalk gets it until this process has had many more, or has ended.

    Raises StackwalkError where none can be had.
    """
    for _ in range(200):
        # Drawn by the system: a forked process must not draw what its parent draws.
        port = _LOWEST + int.from_bytes(os.urandom(4), "big") % (_HIGHEST - _LOWEST + 1)
        if _reserve(port) and is_free(port):
            return port
    raise StackwalkError(
        f"No free port was found between {_LOWEST} and {_HIGHEST} on this machine.",
        "Close programs that hold many ports, and try again.",
    )


def _reserve(port: int) -> bool:
    """Whether no other stackwalk has it. Between asking for a port and its use others could get the same.

    The mark is the UDP port of that number on an address that nobody else uses; where there is none
    (macOS has 127.0.0.1 alone), chance must do.
    """
    global _reserved_by  # noqa: PLW0603
    if _reserved_by != os.getpid():
        # After a fork these are the parent's; their numbers may belong to other files here.
        _reserved.clear()
        _reserved_by = os.getpid()
    mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        mark.bind((_MARKED, port))
    except OSError as error:
        mark.close()
        return error.errno != errno.EADDRINUSE
    _reserved.append(mark.detach())
    if len(_reserved) > _MOST_RESERVED:
        os.close(_reserved.popleft())
    return True


_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def is_free(port: int) -> bool:
    """Whether nothing holds that port on 127.0.0.1 and ::1, old connections included."""
    return all(_is_free(family, address, port) for family, address in _LOOPBACK)


def _is_free(family: int, address: str, port: int) -> bool:
    # No SO_REUSEADDR: the learner's program may not set it, and then needs a port without old connections.
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.bind((address, port))
    except OSError as error:
        return error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and family == socket.AF_INET6
    return True
