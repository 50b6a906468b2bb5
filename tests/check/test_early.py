"""The process that is forked before the command line is read: it begins the first run, or ends with its parent."""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from grading import COURSE, RIGHT, plan_for, workspace_with

PATIENCE = 30.0  # seconds
COMMAND = [sys.executable, "-m", "stackwalk"]

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="Apple's libraries do not survive a fork")


def test_the_first_run_takes_it_and_the_next_forks_its_own(tmp_path: Path) -> None:
    plan = plan_for(workspace_with(tmp_path, RIGHT))
    program = f"""
import os, pickle
from stackwalk.check.early import Early, begin_early
begin_early()
early = Early.waiting
from stackwalk.check.runner import grade
from stackwalk.check import run
taken = []
before = run.Part.begin
def begin(part, *given, **named):
    before(part, *given, **named)
    taken.append(part.pid)
run.Part.begin = begin
plan = pickle.loads({pickle.dumps(plan)!r})
print(grade(plan).outcome, taken[0] == early.pid, Early.waiting)
print(grade(plan).outcome, early.pid in taken[1:])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "passed True None\npassed False\n"


def test_where_it_was_killed_a_run_is_forked_as_ever(tmp_path: Path) -> None:
    plan = plan_for(workspace_with(tmp_path, RIGHT))
    program = f"""
import os, pickle, signal
from stackwalk.check.early import Early, begin_early
begin_early()
os.kill(Early.waiting.pid, signal.SIGKILL)
os.waitid(os.P_PID, Early.waiting.pid, os.WEXITED | os.WNOWAIT)
from stackwalk.check.runner import grade
print(grade(pickle.loads({pickle.dumps(plan)!r})).outcome)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "passed\n"


@pytest.mark.parametrize("words", [["--no-such-option"], ["--help"], ["9.9"]])
def test_it_ends_with_a_command_that_runs_nothing(tmp_path: Path, words: list[str]) -> None:
    # Its own session, so that what is left of it can be told; whoever reads must come to an end as well.
    done = subprocess.run(
        [*COMMAND, "check", *words, "--workspace", str(tmp_path)], cwd=tmp_path, capture_output=True, timeout=PATIENCE,
        env={**os.environ, "STACKWALK_TEST_MARK": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 2)
    deadline = time.monotonic() + PATIENCE
    while marked(tmp_path) and time.monotonic() < deadline:
        select.select([], [], [], 0.02)
    assert marked(tmp_path) == []


def test_it_ends_when_the_command_is_killed(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, "import time\ntime.sleep(3600)\n")
    command = subprocess.Popen(
        [*COMMAND, "check", "1.1", "--workspace", str(workspace), "--from", str(COURSE)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env={**os.environ, "STACKWALK_TEST_MARK": str(tmp_path)},
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while len(marked(tmp_path)) < 2 and time.monotonic() < deadline:
        select.select([], [], [], 0.005)
    assert len(marked(tmp_path)) >= 2
    command.send_signal(signal.SIGKILL)
    command.wait(PATIENCE)
    while marked(tmp_path) and time.monotonic() < deadline:
        select.select([], [], [], 0.02)
    assert marked(tmp_path) == []


def marked(folder: Path) -> list[int]:
    """The processes that run with our mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("STACKWALK_TEST_MARK") == str(folder) and process.status() != "zombie":
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
