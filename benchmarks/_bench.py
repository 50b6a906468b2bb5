"""What the benchmarks share: an environment of the runtime dependencies, rounds that take turns, one table.

A figure is the median of its rounds, and only ratios are compared with goals: the machine's speed touches both
sides of a ratio alike, because each round runs every side once, in turn.
"""

import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PATIENCE = 600.0  # seconds that pip may take

Run = Callable[[], float]  # runs a thing once; the seconds that it took


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table: how long one thing takes beside another."""

    what: str
    beside: str
    most: float  # the ratio wanted, at most


def environment(folder: Path) -> Path:
    """A new virtual environment with stackwalk and what it needs to run, no more; the folder of its commands."""
    venv.create(folder, with_pip=True)
    commands = folder / "bin"
    # A pip of today, because an older one's launcher alone costs half a Python start.
    pip(commands, "install", "--upgrade", "pip")
    pip(commands, "install", "-c", "constraints.txt", ".")
    return commands


def pip(commands: Path, *words: str) -> None:
    """Run pip in the project's folder; what it says is shown where it fails."""
    done = subprocess.run(
        [commands / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", *words],
        cwd=TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"pip {' '.join(words)} failed:\n{done.stdout}{done.stderr}")


def plain_environment(commands: Path, home: Path) -> dict[str, str]:
    """The environment variables of an ordinary user, with these commands first."""
    home.mkdir(exist_ok=True)
    path = f"{commands}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8"}


def medians(sides: Mapping[str, Run], rounds: int) -> dict[str, float]:
    """Run all sides in turn, round after round, after one that is not counted; the median seconds of each."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for run in sides.values():
        run()
    for _ in range(rounds):
        for name, run in sides.items():
            times[name].append(run())
    return {name: statistics.median(taken) for name, taken in times.items()}


def table(times: Mapping[str, float], goals: list[Goal], rounds: int) -> str:
    """The medians, then each ratio with its goal and whether it is met."""
    width = max(len(name) for name in times)
    lines = [f"{name:<{width}} {seconds * 1000:>9.1f} ms" for name, seconds in times.items()]
    lines.append(f"(medians of {rounds} {'round' if rounds == 1 else 'rounds'} that took turns)")
    for goal in goals:
        ratio = times[goal.what] / times[goal.beside]
        met = "met" if ratio <= goal.most else "NOT MET"
        lines.append(f"{goal.what} / {goal.beside}: {ratio:.2f}x, goal <= {goal.most}x: {met}")
    return "\n".join(lines)
