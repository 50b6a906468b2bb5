"""What the benchmarks share: an environment of the runtime dependencies, rounds that take turns, one table.

Each round runs every side once, in turn, and only ratios within a round are compared with goals, by their median:
the machine's speed touches both sides of such a ratio alike.
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


def timed(sides: Mapping[str, Run], rounds: int) -> dict[str, list[float]]:
    """Run all sides in turn, round after round, after one that is not counted; the seconds of each, by round."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for run in sides.values():
        run()
    for _ in range(rounds):
        for name, run in sides.items():
            times[name].append(run())
    return times


def table(times: Mapping[str, list[float]], goals: list[Goal]) -> str:
    """The medians, then the median of each ratio with its goal and whether it is met."""
    width = max(len(name) for name in times)
    lines = [f"{name:<{width}} {statistics.median(taken) * 1000:>9.1f} ms" for name, taken in times.items()]
    rounds = len(next(iter(times.values())))
    lines.append(f"(medians of {rounds} {'round' if rounds == 1 else 'rounds'} that took turns)")
    for goal in goals:
        pairs = zip(times[goal.what], times[goal.beside], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        met = "met" if ratio <= goal.most else "NOT MET"
        lines.append(f"{goal.what} / {goal.beside}: {ratio:.2f}x, goal <= {goal.most}x: {met}")
    return "\n".join(lines)
