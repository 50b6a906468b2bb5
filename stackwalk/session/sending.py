"""Run a lesson's curl line for a learner who pressed a key: the very program that they would type."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable

from stackwalk.session.session.events import Event, RequestSent

PATIENCE = 10.0  # seconds for an answer
PATIENCE_WITH_PEOPLE = 600.0  # where a person types it
MOST_OUTPUT = 64 * 1024  # bytes
AT_ONCE = 4  # requests under way

Emit = Callable[[Event], None]


class Sending:
    """Runs curl lines beside everything else; what each printed becomes an event."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def send(self, line: str, patience: float = PATIENCE) -> None:
        """Run a line; returns at once."""
        with self._lock:
            crowded = len(self._running) >= AT_ONCE
        if crowded:
            problem = f"{AT_ONCE} requests still wait for their answers: let one of them end first."
            self._emit(RequestSent(b"", problem))
            return
        threading.Thread(target=self._run, args=(line, patience), name="send", daemon=True).start()

    def close(self) -> None:
        """End what is under way."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for process in running:
            process.kill()
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2.0)

    def _run(self, line: str, patience: float) -> None:
        argv = shlex.split(line)
        command = shutil.which(argv[0]) if argv and argv[0] == "curl" else None
        if command is None:
            self._emit(RequestSent(b"", "curl is not installed here: open the address in a browser instead."))
            return
        # A file, not a pipe: nothing has to be read while it runs, and its size can be bounded afterwards.
        with tempfile.TemporaryFile() as output:
            limits = ["--max-time", str(patience), "--no-progress-meter"]
            environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
            with self._lock:
                if self._closed:
                    return
                process = subprocess.Popen(
                    [command, *argv[1:], *limits],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                )
                self._running.add(process)
            problem = ""
            try:
                code = process.wait(patience + 5.0)
                if code < 0 and code != -signal.SIGKILL:
                    problem = f"curl was ended by signal {-code}."
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                problem = "curl did not end and has been stopped."
            with self._lock:
                self._running.discard(process)
            output.seek(0)
            data = output.read(MOST_OUTPUT)
        self._emit(RequestSent(data, problem))
