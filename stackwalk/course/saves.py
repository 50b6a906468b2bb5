"""Notice what a learner saves, whatever the editor does: rename, truncate and write, write twice.

The folder itself is the truth: a glance at it is compared with the glance before. The system's own news only
says when to look, and a slow look beside it finds what no news came of (NFS, containers, a folder that was
replaced).
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import watchfiles

QUIET = 50  # milliseconds without a change, after which a save is taken to be whole
LONGEST_BURST = 400  # milliseconds until somebody who writes without end is looked at all the same
GLANCE = 1.0  # seconds between two looks that no news called for
MOST_FILES = 5_000  # that are looked at; a workspace has some twenty
MOST_FOLDERS = 200

_NOT_THEIRS = {".stackwalk", ".git", ".hg", ".venv", "venv", "__pycache__", "node_modules"}
_NOT_THEIRS |= {".idea", ".vscode", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
_SOURCES = {".py", ".html", ".htm", ".css", ".js", ".mjs", ".jinja", ".jinja2", ".j2", ".sh"}
_SOURCES |= {".conf", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".env"}
_SOURCE_NAMES = frozenset({"Dockerfile", "Containerfile", "Makefile", ".env"})

Glance = Mapping[str, tuple[int, int, int]]  # path inside the folder -> inode, size, time of the last change


class Saves:
    """Watches a folder in threads of its own; `call` gets the paths that changed, inside the folder, sorted.

    `also` are files that count whatever their names are; `quiet` is how many milliseconds without a change make
    a save whole. Whoever can take back what it began on half a save may be in more of a hurry.
    """

    def __init__(
        self, folder: Path, also: Iterable[str], call: Callable[[tuple[str, ...]], None], *, quiet: int = QUIET
    ) -> None:
        self._folder = folder
        self._also = frozenset(also)
        self._call = call
        self._quiet = quiet
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._last = self._look()
        self._threads = (
            threading.Thread(target=self._listen, name="saves", daemon=True),
            threading.Thread(target=self._poll, name="saves, slowly", daemon=True),
        )

    def start(self) -> None:
        """Begin to watch."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2.0)

    def compare(self) -> None:
        """Look now, and tell what has changed since the last look."""
        with self._lock:
            before, self._last = self._last, self._look()
            changed = {path for path in {*before, *self._last} if before.get(path) != self._last.get(path)}
            if changed:
                # Under the lock, so that no older news overtakes this one.
                self._call(tuple(sorted(changed)))

    def _poll(self) -> None:
        while not self._stop.wait(GLANCE):
            self.compare()

    def _listen(self) -> None:
        """Look whenever the system tells of a change; where it can't, the slow look remains."""
        while not self._stop.is_set():
            folders = _folders(self._folder)
            if folders:
                with contextlib.suppress(OSError, RuntimeError):  # no watches left, or the folder is gone
                    self._hear(folders)
            self._stop.wait(GLANCE)

    def _hear(self, folders: tuple[Path, ...]) -> None:
        news = watchfiles.watch(
            *folders,
            watch_filter=None,
            step=self._quiet,
            debounce=LONGEST_BURST,
            rust_timeout=500,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            recursive=False,
        )
        for changes in news:
            if changes:
                self.compare()
            if _folders(self._folder) != folders:
                return  # a folder has come or gone: watch the ones that are there now

    def _look(self) -> Glance:
        seen: dict[str, tuple[int, int, int]] = {}
        for folder in _folders(self._folder):
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if len(seen) >= MOST_FILES:
                        return seen
                    path = str(Path(entry.path).relative_to(self._folder))
                    if path in self._also or is_source(entry.name):
                        with contextlib.suppress(OSError):
                            facts = _facts(entry)
                            seen[path] = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        return seen


def _facts(entry: "os.DirEntry[str]") -> os.stat_result:
    """Of what the entry leads to; of the entry itself where it leads nowhere."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)


def is_source(name: str) -> bool:
    """Whether a file of that name is written by people, and not by a program as it runs (logs, databases).

    >>> is_source("index.html"), is_source("access.log"), is_source(".server.py.swp")
    (True, False, False)
    """
    if name in _SOURCE_NAMES:
        return True
    return not name.startswith((".", "#")) and Path(name).suffix.lower() in _SOURCES


def _folders(top: Path) -> tuple[Path, ...]:
    """The folder and those in it that are the learner's, outer ones first; links are not followed."""
    found: list[Path] = []
    waiting = [top]
    while waiting and len(found) < MOST_FOLDERS:
        folder = waiting.pop(0)
        try:
            with os.scandir(folder) as entries:
                inner = sorted(
                    Path(entry.path)
                    for entry in entries
                    if entry.name not in _NOT_THEIRS and entry.is_dir(follow_symlinks=False)
                )
        except OSError:
            continue
        found.append(folder)
        waiting += inner
    return tuple(found)
