"""Odd workspaces: each has a clear cause, nothing is put into them, and nothing of a run is left behind."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.scratch import make_scratch, remove
from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

SOLUTION = (find_course() / "solutions/1-sockets/1-listen/server.py").read_text()
PATIENCE = 30.0  # seconds


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "mein Stück – 日本"
    folder.mkdir()
    return folder


def verdict_on(workspace: Path) -> Verdict:
    course = read_course(find_course())
    return grade(Plan.of(course, "1.1", (course.step("1.1"),), workspace, "seed"))


def problem(workspace: Path) -> Finding:
    found = verdict_on(workspace).first_problem
    assert found is not None
    return found


def nothing(file: Path) -> None:
    pass


def a_socket(file: Path) -> None:
    there = Path.cwd()
    os.chdir(file.parent)  # the path of a socket may be 107 bytes long
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(file.name)
    finally:
        os.chdir(there)


ODD = {
    "is not there": (nothing, Cause.MISSING_FILE, "There is no file server.py yet."),
    "is a folder": (Path.mkdir, Cause.MISSING_FILE, "is a folder"),
    "is a link to nowhere": (lambda file: file.symlink_to("gone.py"), Cause.MISSING_FILE, "leads nowhere"),
    "is a link to itself": (lambda file: file.symlink_to("server.py"), Cause.MISSING_FILE, "leads nowhere"),
    "is a pipe": (os.mkfifo, Cause.UNREADABLE_FILE, "a pipe, a socket or a device"),
    "is a socket": (a_socket, Cause.UNREADABLE_FILE, "a pipe, a socket or a device"),
    "is a link to a device": (lambda file: file.symlink_to("/dev/zero"), Cause.UNREADABLE_FILE, "or a device"),
    "is a link to a folder": (lambda file: file.symlink_to("/usr"), Cause.MISSING_FILE, "is a folder"),
    "is empty": (lambda file: file.write_text(""), Cause.EXITED, "is empty"),
    "is latin-1": (
        lambda file: file.write_bytes(b"a = 1\nb = '\xe9'\n"),
        Cause.UNREADABLE_FILE,
        "line 2 holds the byte",
    ),
    "is UTF-16": (lambda file: file.write_text("a = 1\n", encoding="utf-16"), Cause.UNREADABLE_FILE, "zero bytes"),
    "is a picture": (
        lambda file: file.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        Cause.UNREADABLE_FILE,
        "zero bytes",
    ),
}


@pytest.mark.parametrize("what", ODD)
def test_a_program_file_that_is_odd(what: str, workspace: Path) -> None:
    make, cause, words = ODD[what]
    make(workspace / "server.py")  # type: ignore[operator]
    found = problem(workspace)
    assert (found.outcome, found.cause) == (Outcome.FAILED, cause), found
    assert words in found.message and found.hint, found


def test_a_package_that_the_workspaces_own_python_lacks(workspace: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(workspace / ".venv")], check=True)
    (workspace / "server.py").write_text("import rich\n")
    found = problem(workspace)
    assert (found.outcome, found.cause) == (Outcome.BLOCKED, Cause.NEEDS), found
    assert "has no package 'rich'" in found.message and "pip install rich" in found.hint


@pytest.mark.parametrize(("step", "packages"), [("2.1", "flask"), ("3.1", "gunicorn flask")])
def test_an_environment_of_its_own_that_lacks_what_a_lab_runs_on(step: str, packages: str, tmp_path: Path) -> None:
    course = read_course(find_course())
    solution = course.step(step).solution
    assert solution is not None
    shutil.copytree(solution, tmp_path, dirs_exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True)
    grading = steps_to_grade(course, Progress(), step)
    verdict = grade(Plan.of(course, step, grading.steps, tmp_path, "seed"))
    found = verdict.first_problem
    assert found is not None
    assert (found.outcome, found.cause, verdict.exit_code) == (Outcome.BLOCKED, Cause.NEEDS, 2)
    assert f"has no {packages.replace(' ', ' and no ')}." in found.message
    assert found.hint.endswith(f".venv/bin/python -m pip install {packages}")


def test_a_package_of_a_name_that_nobody_has(workspace: Path) -> None:
    (workspace / "server.py").write_text("import sokcet\n")
    found = problem(workspace)
    assert (found.outcome, found.cause) == (Outcome.FAILED, Cause.CRASHED), found
    assert "No module named 'sokcet'" in found.message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import rich.tabel\n", "There is a package rich, and nothing called tabel in it."),
        ("import mine.yours\n", "No module named 'mine.yours'; 'mine' is not a package."),
    ],
)
def test_a_part_of_a_package_that_is_there_is_not_to_be_installed(line: str, words: str, workspace: Path) -> None:
    (workspace / "mine.py").write_text("")
    (workspace / "server.py").write_text(line)
    found = problem(workspace)
    assert (found.outcome, found.cause) == (Outcome.FAILED, Cause.CRASHED), found
    assert words in found.message, found


def test_a_workspace_that_is_too_large_is_said_at_once(workspace: Path) -> None:
    (workspace / "server.py").write_text(SOLUTION)
    with (workspace / "film").open("wb") as file:
        file.truncate(2**40)
    verdict = verdict_on(workspace)
    assert verdict.outcome is Outcome.BLOCKED and verdict.exit_code == 2
    assert verdict.message is not None and "too much to copy" in verdict.message


def test_odd_neighbours_do_no_harm(workspace: Path) -> None:
    (workspace / "server.py").write_text(SOLUTION)
    os.mkfifo(workspace / "pipe")
    a_socket(workspace / "socket")
    (workspace / "loop").symlink_to(".")
    (workspace / "out").symlink_to("/")
    (Path(os.fsdecode(os.fsencode(workspace) + b"/caf\xe9 \x1b[2J"))).write_text("a name that is no UTF-8")
    assert verdict_on(workspace).passed


def test_a_workspace_that_may_not_be_written(workspace: Path) -> None:
    (workspace / "server.py").write_text(SOLUTION)
    (workspace / "server.py").chmod(0o444)
    workspace.chmod(0o555)
    try:
        assert verdict_on(workspace).passed
    finally:
        workspace.chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_program_that_may_not_be_read(workspace: Path) -> None:
    (workspace / "server.py").write_text(SOLUTION)
    (workspace / "server.py").chmod(0)
    found = problem(workspace)
    assert found.cause is Cause.UNREADABLE_FILE and "not allowed to read" in found.message


def snapshot(folder: Path) -> list[tuple[str, int, float]]:
    facts = [(str(path), path.lstat()) for path in sorted([folder, *folder.rglob("*")])]
    return [(name, stat.S_IMODE(fact.st_mode), fact.st_mtime) for name, fact in facts]


def test_a_folder_that_is_only_graded_stays_as_it_was(workspace: Path, tmp_path: Path) -> None:
    (workspace / "server.py").write_text(SOLUTION)
    before = snapshot(workspace)
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-m", "stackwalk", "check", "1.1", "--workspace", str(workspace)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert snapshot(workspace) == before


def wait_for(fact: object, what: str) -> None:
    assert callable(fact)
    deadline = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_the_folder_of_a_killed_stackwalk_is_swept_at_the_next_start(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (workspace / "server.py").write_text("import time\nopen('begun', 'w').close()\ntime.sleep(600)\n")
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "stackwalk", "check", "1.1", "--workspace", str(workspace)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: list(temporary.glob("*/workspace/begun")), "the program never began")
        process.send_signal(signal.SIGKILL)
    left = [folder.name for folder in temporary.iterdir()]
    assert left and all(name.startswith("stackwalk-check-") for name in left)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    ours = make_scratch()
    try:
        assert list(temporary.iterdir()) == [ours]
    finally:
        remove(ours)


def test_the_folder_of_a_stackwalk_that_lives_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first, other = make_scratch(), tmp_path / "stackwalk-check-999999999-1-abc"  # of another container
    other.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    gone = first.name.replace(f"stackwalk-check-{os.getpid()}-", "stackwalk-check-999999999-")
    (tmp_path / gone).symlink_to(elsewhere)
    second = make_scratch()
    assert {entry.name for entry in tmp_path.iterdir()} == {first.name, second.name, other.name, "elsewhere", gone}
    with contextlib.suppress(OSError):
        remove(first)
        remove(second)
    assert not first.exists() and not second.exists()
