"""All labs in one workspace, as a service grows: each step saved as its solution has it, checked, and gone on
from; progress moves as a learner expects it to."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sitting import environment_of, wait_until_gone

from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Step
from stackwalk.course.reading import read_course
from stackwalk.course.workspace import files_of

pytest_plugins = ("spots",)
PATIENCE = 300.0  # seconds; the machine may be busy
COURSE = read_course(find_course())
LABS = (1, 2, 3, 4)
NEEDED = ("django", "waitress", "pyuwsgi")  # further steps of lab 3 run what is only in the test extra


class Learner:
    """Somebody with a workspace and an editor."""

    def __init__(self, spot: Path) -> None:
        self.workspace = spot / "my-stack"
        self._spot = spot

    def type(self, words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "stackwalk", *words.split()], cwd=self._spot, env=environment_of(self._spot),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def check(self, words: str = "") -> dict[str, Any]:
        done = self.type(f"check {words} --json")
        verdict: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode in (0, 1), first_problem(verdict)
        return verdict

    def save(self, step: Step) -> None:
        """As the step's solution has it, over what is there."""
        assert step.solution is not None
        for name, file in files_of(step.solution):
            target = self.workspace / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())

    @property
    def progress(self) -> Any:
        return json.loads((self.workspace / ".stackwalk" / "progress.json").read_text(encoding="utf-8"))


def first_problem(verdict: dict[str, Any]) -> str:
    return next((check["message"] for check in verdict["checks"] if check["outcome"] not in ("passed", "skipped")), "")


def test_a_service_grows_through_all_labs(spot: Path) -> None:
    for module in NEEDED:
        pytest.importorskip(module)
    learner = Learner(spot)
    for lab in (COURSE.lab(number) for number in LABS):
        assert learner.type(f"lab {lab.number} --plain").returncode == 1  # nothing of it is written yet
        graded = [step for step in lab.steps if not step.live]
        for step in graded:
            if not step.core and step.number == min(one.number for one in graded if not one.core):
                # The road goes on to the next lab; what deepens this one is opened.
                assert learner.type(f"lab {step.id} --plain").returncode == 1
            # Nobody says which step it is: it is the one that the learner is at. (That a step's solution falls short
            # in the next step is what `course check` holds.)
            if step == graded[0] or (step.core and lab.steps[0].live):  # a live step stays open: `stackwalk` says that
                before = learner.check()
                assert (before["asked"], before["outcome"]) == (step.id, "failed")
            elif step.core:
                assert learner.type("").stdout.startswith(f"{step.id} ")
            learner.save(step)
            verdict = learner.check()
            assert (verdict["asked"], verdict["outcome"]) == (step.id, "passed"), first_problem(verdict)
            # The road up to here, and what is begun beside it: all of that still holds.
            road = {one.id for one in graded if one.core and one.number < step.number}
            assert road | {step.id} <= set(verdict["steps"])
            assert step.id in learner.progress["passed"]
    for number in LABS:
        # Every step of it is begun by now, and what a later one has not replaced still holds.
        verdict = learner.check(str(number))
        assert verdict["outcome"] == "passed", first_problem(verdict)
        assert len(verdict["steps"]) == sum(not step.live for step in COURSE.lab(number).steps)
    assert {"server.py", "app", "service.py", "wsgi.py", "bare.py", "gateway.py", "gunicorn.conf.py", "deploy.sh"} <= {
        path.name for path in learner.workspace.iterdir()
    }
    wait_until_gone(spot)
