"""`stackwalk check`, from a cold start, beside plain pytest on the very same checks.

Both run in an environment of the runtime dependencies only, on the same finished workspace, and both grade the
same checks: their names are taken from what `check --json` says it ran.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _bench import TOP, Goal, Run, environment, plain_environment, table, timed

STEP, LAB = "1.3", "1"


class Cold:
    """The commands of both sides."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = environment(folder / "venv")
        self.variables = plain_environment(self.commands, folder / "home")
        self.workspace = folder / "my-stack"
        # Away from the project, whose pytest settings would else count for the checks.
        self.course = folder / "course"
        for name in ("labs", "solutions"):
            shutil.copytree(TOP / name, self.course / name)
        last = max(self.course.glob("solutions/1-*/*"), key=lambda path: int(path.name.partition("-")[0]))
        shutil.copytree(last, self.workspace)
        # Every step passes, and so every further step is begun: `check 1` grades them all from now on.
        (self.workspace / ".stackwalk").mkdir()
        # (The steps of later labs do not pass: nothing of theirs is there.)
        self.run(self.stackwalk("--all"), statuses=(0, 1))
        self.must_grade_all()

    def stackwalk(self, *words: str) -> list[str]:
        """A check of the same course and workspace."""
        return [
            str(self.commands / "stackwalk"), "check", *words, "--workspace", str(self.workspace), "--from",
            str(self.course),
        ]  # fmt: skip

    def must_grade_all(self) -> None:
        """Leave where `check` of the lab leaves a step out, for the figures would then be of another thing."""
        graded = json.loads(self.run([*self.stackwalk(LAB), "--json"]))["steps"]
        checked = [file.parent.name.partition("-")[0] for file in self.course.glob(f"labs/{LAB}-*/*/check.py")]
        if sorted(graded) != sorted(f"{LAB}.{step}" for step in checked):
            sys.exit(f"check {LAB} grades only {', '.join(graded)}")

    def pytest(self, asked: str) -> list[str]:
        """Plain pytest on what `check` of that step or lab runs."""
        verdict = json.loads(self.run([*self.stackwalk(asked), "--json"]))
        names = []
        for check in verdict["checks"]:
            lab, step = check["step"].split(".")
            [file] = self.course.glob(f"labs/{lab}-*/{step}-*/check.py")
            names.append(f"{file.relative_to(self.course)}::test_{check['name']}")
        return [
            str(self.commands / "python"), "-m", "pytest", "-p", "stackwalk.check.plugin",
            "--stackwalk-workspace", str(self.workspace), "--import-mode=importlib", *names,
        ]  # fmt: skip

    def run(self, command: list[str], statuses: tuple[int, ...] = (0,)) -> str:
        """Run one to its end, which must be a pass if nothing else is said; what it printed."""
        done = subprocess.run(
            command, cwd=self.course, env=self.variables, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode not in statuses:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def timed(self, command: list[str]) -> Run:
        """The command as a thing to be timed, as a whole process."""

        def run() -> float:
            began = time.perf_counter()
            self.run(command)
            return time.perf_counter() - began

        return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--smoke", action="store_true", help="one round: that it runs, not how fast")
    options = parser.parse_args()
    rounds = 1 if options.smoke else options.rounds
    with tempfile.TemporaryDirectory(prefix="stackwalk-benchmark-") as folder:
        cold = Cold(Path(os.path.realpath(folder)))
        sides = {
            f"stackwalk check {STEP}": cold.timed(cold.stackwalk(STEP)),
            f"pytest, the checks of {STEP}": cold.timed(cold.pytest(STEP)),
            f"stackwalk check {LAB}, every step begun": cold.timed(cold.stackwalk(LAB)),
            f"pytest, all checks of lab {LAB}": cold.timed(cold.pytest(LAB)),
        }
        names = list(sides)
        goals = [Goal(names[0], names[1], 1.0), Goal(names[2], names[3], 0.6)]
        print(table(timed(sides, rounds), goals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
