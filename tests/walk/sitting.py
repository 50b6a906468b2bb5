"""What somebody needs who sits down with stackwalk in a terminal, and what is looked at once they have left."""

import os
import sys
import time
from pathlib import Path

import psutil
from terminal import Terminal

from stackwalk.course.folders import find_course

SOLUTIONS = find_course() / "solutions" / "1-sockets"


def environment_of(spot: Path) -> dict[str, str]:
    runtime = spot / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {"HOME": str(spot), "XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def stackwalk(words: str) -> str:
    return f"{sys.executable} -m stackwalk {words}"


def ours(spot: Path) -> list[str]:
    """What lives and was started for this test: its command line or its environment names the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if str(spot) in " ".join(words) or process.environ().get("HOME") == str(spot):
                found.append(" ".join(words))
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return [line for line in found if "tmux" not in line and not line.startswith("/bin/sh")]


def wait_until_gone(spot: Path, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while left := ours(spot):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


def leave(window: Terminal, spot: Path) -> None:
    window.press("q")
    window.wait_for("All that ran is ended")
    window.type("echo left: $?")
    window.wait_for("left: 0")
    wait_until_gone(spot)
