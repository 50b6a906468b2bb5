"""A task that takes seconds, in a process of its own: whoever began it goes on meanwhile, or drops it.

The process is a module of stackwalk's, which gets our pid first, ends with us, and prints what it found.
"""

import os
import subprocess
import sys

END_PATIENCE = 5.0  # seconds in which a task that is dropped may end its programs


class Aside:
    """The parent's side of it: begun at once."""

    def __init__(self, module: str, *words: str) -> None:
        self._said = b""
        self._dropped = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(os.getpid()), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert self._process.stdout is not None
        self._stdout = self._process.stdout

    def fileno(self) -> int:
        """Readable when hear() is due."""
        return self._stdout.fileno()

    def hear(self) -> bytes | None:
        """Take in what has come, once there is something; all of it, when the task is over."""
        data = os.read(self.fileno(), 65536)
        self._said += data
        return None if data else self._said

    def drop(self) -> None:
        """Have it end, without waiting for that."""
        if not self._dropped:
            self._dropped = True
            self._process.terminate()

    @property
    def pid(self) -> int:
        """The process that does it."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether its process has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it, with all that it runs."""
        self.drop()
        self._stdout.close()
        try:
            self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
