"""A real terminal for tests: tmux on a socket of its own, keys in, screen out."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GLANCE = 0.05  # seconds between two looks at the screen


class Terminal:
    """One tmux window that runs one command."""

    def __init__(self, socket: Path, columns: int, lines: int) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        self._size = ["-x", str(columns), "-y", str(lines)]

    def run(self, command: str, environment: dict[str, str], cwd: Path) -> None:
        """Start the command in a shell that stays, so that what it leaves on the screen can be read."""
        settings = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        shell = "/bin/sh"
        self._call("new-session", "-d", *self._size, *settings, "-c", str(cwd), shell)
        self._call("set-option", "-g", "history-limit", "20000")
        self.type(command)

    def type(self, text: str) -> None:
        """Type a line and press Enter."""
        if text:
            self._call("send-keys", "-l", "--", text)
        self._call("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names, e.g. `C-c`, `n`."""
        self._call("send-keys", *keys)

    def screen(self) -> str:
        """All that the terminal has shown, scrolled away or not, lines joined where the terminal broke them."""
        return self._call("capture-pane", "-p", "-J", "-S", "-20000").stdout

    def wait_for(self, *texts: str, seconds: float = 20.0) -> str:
        """Return the screen once it shows each of the texts. Raises AssertionError with the screen if it never does."""
        deadline = time.monotonic() + seconds
        while True:
            screen = self.screen()
            missing = [text for text in texts if text not in screen]
            if not missing:
                return screen
            if time.monotonic() > deadline:
                raise AssertionError(f"{missing} never came up. The screen:\n{screen}")
            time.sleep(GLANCE)

    def end(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def _call(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._tmux, *words], check=True, capture_output=True, text=True)


@contextmanager
def terminal(folder: Path, *, columns: int = 100, lines: int = 40) -> Iterator[Terminal]:
    """A terminal that is gone when the block ends. `folder` must have a short path: sockets allow 100 bytes."""
    one = Terminal(folder / "tmux", columns, lines)
    try:
        yield one
    finally:
        one.end()
