"""stackwalk killed with SIGKILL at any moment leaves nothing: no program, no daemon of one, no guardian."""

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench import alive, until

PROGRAM = """
import os, signal, sys, time
signal.alarm(60)
for number in set(signal.Signals) - {9, 14, 19}:
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (0, 1, 2):
        os.close(number)
    time.sleep(60)
if os.fork() == 0:
    os.setsid()
    for _ in range(100):  # a runner: always another process
        time.sleep(0.01)
        if os.fork():
            os._exit(0)
time.sleep(60)
"""

# It launches, ends and launches again, so that a random moment may be any.
CLIENT = """
import sys
from pathlib import Path
from stackwalk.stack.environment import learner_environment
from stackwalk.stack.launch import guarding
folder, word = Path(sys.argv[1]), sys.argv[2]
environment = learner_environment(folder, folder, {})
print("up", flush=True)
while True:
    with guarding() as guardian:
        kept = [guardian.launch([sys.executable, "program.py", word], cwd=folder, environment=environment)]
        for _ in range(5):
            kept.append(guardian.launch([sys.executable, "program.py", word], cwd=folder, environment=environment))
            kept.pop(0).end(0.01)
"""


def begin(folder: Path, word: str) -> "subprocess.Popen[bytes]":
    (folder / "program.py").write_text(PROGRAM)
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(folder), word], stdout=subprocess.PIPE, start_new_session=True
    )
    assert client.stdout is not None
    assert client.stdout.readline() == b"up\n"
    return client


def guardian_of(client: int) -> list[str]:
    return [line for line in alive("from stackwalk.stack.guardian import main") if f" {client} " in line]


@pytest.mark.parametrize("how", ["the process", "its whole group"])
def test_nothing_is_left(tmp_path: Path, how: str, pytestconfig: pytest.Config) -> None:
    kills = pytestconfig.getoption("--kills")
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    seen = 0
    for number in range(kills):
        word = "word-" + secrets.token_hex(8)
        with begin(tmp_path, word) as client:
            moment = moments.uniform(0, 0.6)
            time.sleep(moment)  # the moment itself, not a wait for something
            seen += bool(alive(word))
            (os.killpg if how == "its whole group" else os.kill)(client.pid, signal.SIGKILL)
        left = until(lambda: not (alive(word) or guardian_of(client.pid)))  # noqa: B023  called at once
        assert left, f"kill {number} after {moment:.4f} s (seed {seed}): {alive(word)} {guardian_of(client.pid)}"
    assert seen > 0  # some of the kills had something to clear away


def test_nothing_is_left_of_one_killed_while_it_launches(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """The moments around the first launch, in steps of a millisecond or so."""
    for number in range(pytestconfig.getoption("--kills")):
        word = "word-" + secrets.token_hex(8)
        with begin(tmp_path, word) as client:
            until(lambda: guardian_of(client.pid), 5)
            time.sleep(number % 20 / 1000)
            client.kill()
        left = until(lambda: not (alive(word) or guardian_of(client.pid)))  # noqa: B023
        assert left, f"kill {number}: {alive(word)} {guardian_of(client.pid)}"
