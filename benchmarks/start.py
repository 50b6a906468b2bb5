"""How long a command takes to start, beside a bare Python of the same environment, in one run."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _bench import Goal, Run, environment, plain_environment, table, timed

BARE = "python -c pass"


def starting(command: list[str], folder: Path, variables: dict[str, str]) -> Run:
    """The command as a thing to be timed, as a whole process."""

    def run() -> float:
        began = time.perf_counter()
        subprocess.run(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
        )
        return time.perf_counter() - began

    return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--smoke", action="store_true", help="one round: that it runs, not how fast")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stackwalk-benchmark-") as name:
        folder = Path(os.path.realpath(name))
        commands = environment(folder / "venv")
        variables = plain_environment(commands, folder / "home")
        launcher = str(commands / "stackwalk")
        sides = {
            BARE: starting([str(commands / "python"), "-c", "pass"], folder, variables),
            "stackwalk --version": starting([launcher, "--version"], folder, variables),
            "stackwalk list": starting([launcher, "list"], folder, variables),
        }
        goals = [Goal("stackwalk --version", BARE, 1.5), Goal("stackwalk list", BARE, 6.5)]
        print(table(timed(sides, 1 if options.smoke else options.rounds), goals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
