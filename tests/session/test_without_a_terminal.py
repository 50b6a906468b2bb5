"""`stackwalk lab` where there is no terminal: plain text, an end, and a status, whatever becomes of the streams."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stackwalk.course.folders import find_course

SOLUTION = find_course() / "solutions" / "1-sockets" / "1-listen" / "server.py"
LAB = f"{sys.executable} -m stackwalk lab"


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a shell line in a folder, with hardly an environment."""
    return subprocess.run(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, cwd=folder,
        env={"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(folder)},
    )  # fmt: skip


def test_plain_says_the_lesson_the_files_a_verdict_and_the_line_to_type_next(tmp_path: Path) -> None:
    ran = run(f"{LAB} 1 --plain", tmp_path)
    assert (ran.returncode, ran.stderr) == (1, "")
    for words in (
        "Lab 1: ",
        "1.0 You are the server",
        "open it in a terminal",
        "1.1 Listen",
        "There is no file server",
    ):
        assert words in ran.stdout
    assert f"Your files: {tmp_path / 'my-stack'}\n" in ran.stdout
    assert "\x1b" not in ran.stdout
    assert ran.stdout.endswith("\nNext, once you have saved: stackwalk check 1.1\n")
    shutil.copy(SOLUTION, tmp_path / "my-stack")
    ran = run(f"{LAB} 1.1", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("\nNext: stackwalk lab 1.2\n")


@pytest.mark.parametrize(
    "streams", ["| head -1", ">&-", "2>&-", "<&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"], ids=lambda one: one
)
def test_streams_that_are_closed_or_full_end_nothing_badly(streams: str, tmp_path: Path) -> None:
    if "/dev/full" in streams and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    ran = run(f"{{ {LAB} 1.1; echo $? >status; }} {streams}", tmp_path)
    assert (tmp_path / "status").read_text() == "1\n"  # there is no server.py
    assert ran.stderr == ""
    assert "1.1" in (tmp_path / "my-stack" / ".stackwalk" / "progress.json").read_text()


def test_ctrl_c_ends_it_with_0(tmp_path: Path) -> None:
    (tmp_path / "my-stack").mkdir()
    text = "import time\ntime.sleep(100)\n"  # so that the check takes its time
    (tmp_path / "my-stack" / "server.py").write_text(text)
    with subprocess.Popen(
        [sys.executable, "-m", "stackwalk", "lab", "1.1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    ) as lab:  # fmt: skip
        assert lab.stdout is not None and lab.stderr is not None
        assert any("/hello" in line for line in lab.stdout)
        lab.send_signal(signal.SIGINT)
        assert lab.wait(60) == 0
        assert lab.stderr.read() == ""


def test_what_can_be_pasted_names_the_door_and_repeats_what_was_typed(tmp_path: Path) -> None:
    shutil.copytree(SOLUTION.parent, tmp_path / "my work")
    ran = run(f"{LAB} 1.1 --plain --port 9123 --workspace 'my work'", tmp_path)
    assert ran.returncode == 0
    assert "localhost:9123" in ran.stdout and "localhost:8080" not in ran.stdout
    assert ran.stdout.endswith("\nNext: stackwalk lab 1.2 --workspace 'my work'\n")
