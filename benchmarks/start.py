"""How long a command takes to start, beside a bare Python, in one run.

Each round runs every command once, in turn, so that a change of the machine's speed touches them all alike;
the figure is the median, the ratio is to `python -c pass` of the same interpreter.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

GOALS = {"stackwalk --version": 1.5, "stackwalk list": 6.5}
BARE = "python -c pass"


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--smoke", action="store_true", help="one round: that it runs, not how fast")
    options = parser.parse_args()
    rounds = 1 if options.smoke else options.rounds

    # The launcher beside this interpreter, so that both sides are of one environment.
    launcher = shutil.which("stackwalk", path=str(Path(sys.executable).parent))
    if launcher is None:
        print("There is no stackwalk beside this Python. Install it here first: pip install .", file=sys.stderr)
        return 2
    commands = {
        BARE: [sys.executable, "-c", "pass"],
        "stackwalk --version": [launcher, "--version"],
        "stackwalk list": [launcher, "list"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)  # fills the caches of the file system and of compiled modules
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds(command))

    bare = statistics.median(times[BARE])
    print(f"{'command':<22} {'median ms':>10} {'ratio':>7} {'goal':>7}   ({rounds} rounds)")
    for name, taken in times.items():
        median = statistics.median(taken)
        goal = f"<= {GOALS[name]}x" if name in GOALS else ""
        print(f"{name:<22} {median * 1000:>10.1f} {median / bare:>6.2f}x {goal:>7}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
