"""Progress is one small file, written whole or not at all; a damaged one is kept, said, and begun anew."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from stackwalk.course.lesson import Progress
from stackwalk.course.progress import progress_file, read_progress, update_progress, write_progress
from stackwalk.course.workspace import Workspace, make_workspace
from stackwalk.errors import StackwalkError

NOW = datetime(2026, 11, 24, 19, 30, 5)
SOME = Progress().opening("1.0").opening("1.2").passing("1.0", "1.1").hinting("1.2", 2)
as_a_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "mein Stück")
    make_workspace(workspace, {})
    return workspace


def test_no_file_is_no_progress(workspace: Workspace) -> None:
    assert read_progress(workspace) == (Progress(), None)


def test_no_workspace_is_no_progress(tmp_path: Path) -> None:
    assert read_progress(Workspace(tmp_path / "nowhere")) == (Progress(), None)


def test_what_is_written_is_read_again(workspace: Workspace) -> None:
    write_progress(workspace, SOME)
    assert read_progress(workspace) == (SOME, None)


def test_a_person_can_read_it(workspace: Workspace) -> None:
    write_progress(workspace, SOME)
    assert progress_file(workspace).read_text() == (
        '{\n  "format": 1,\n  "current": "1.2",\n  "opened": ["1.0", "1.2"],\n'
        '  "passed": ["1.0", "1.1"],\n  "hints": {"1.2": 2}\n}\n'
    )


def test_nothing_else_is_left_beside_it(workspace: Workspace) -> None:
    write_progress(workspace, SOME)
    assert [file.name for file in workspace.state.iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"format": "1"}',
        b'{"format": 1, "opened": "1.1"}',
        b'{"format": 1, "passed": [1.1]}',
        b'{"format": 1, "passed": ["\\u001b[31m"]}',
        b'{"format": 1, "current": "elsewhere"}',
        b'{"format": 1, "hints": {"1.1": 9}}',
        b'{"format": 1, "hints": {"1.1": true}}',
        b"[" * 100_000,
        b" " * 1_000_001,
    ],
)
def test_a_damaged_file_is_kept_aside_said_and_begun_anew(workspace: Workspace, damage: bytes) -> None:
    progress_file(workspace).write_bytes(damage)
    progress, note = read_progress(workspace, NOW)
    kept = workspace.state / "progress.damaged-2026-11-24T19-30-05.json"
    assert progress == Progress()
    assert note is not None
    assert str(kept) in note
    assert kept.read_bytes() == damage
    assert not progress_file(workspace).exists()


def test_a_second_damage_in_the_same_second_overwrites_nothing(workspace: Workspace) -> None:
    for damage in (b"first", b"second", b"third"):
        progress_file(workspace).write_bytes(damage)
        read_progress(workspace, NOW)
    kept = sorted(file.read_bytes() for file in workspace.state.glob("progress.damaged-*"))
    assert kept == [b"first", b"second", b"third"]


def test_a_folder_or_a_pipe_in_its_place_is_a_damaged_file(workspace: Workspace) -> None:
    os.mkfifo(progress_file(workspace))
    assert "damaged" in str(read_progress(workspace, NOW)[1])
    assert read_progress(workspace, NOW) == (Progress(), None)
    progress_file(workspace).mkdir()
    with_folder = read_progress(workspace, NOW)
    assert with_folder[0] == Progress()
    assert "damaged" in str(with_folder[1])


def test_a_file_of_a_newer_stackwalk_is_neither_read_nor_moved(workspace: Workspace) -> None:
    progress_file(workspace).write_text('{"format": 2}')
    with pytest.raises(StackwalkError, match="newer stackwalk"):
        read_progress(workspace)
    assert progress_file(workspace).read_text() == '{"format": 2}'


def test_keys_of_later_times_do_no_harm(workspace: Workspace) -> None:
    progress_file(workspace).write_text('{"format": 1, "passed": ["1.1"], "sentence": "mine"}')
    assert read_progress(workspace) == (Progress(passed=("1.1",)), None)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StackwalkError, match="could not be written"):
        write_progress(Workspace(tmp_path / "nowhere"), SOME)


@as_a_user
def test_a_read_only_folder_is_said_and_the_old_file_stays(workspace: Workspace) -> None:
    write_progress(workspace, SOME)
    workspace.state.chmod(0o500)
    try:
        with pytest.raises(StackwalkError, match="could not be written"):
            write_progress(workspace, Progress())
        assert read_progress(workspace) == (SOME, None)
    finally:
        workspace.state.chmod(0o700)


@as_a_user
def test_an_unreadable_file_is_said(workspace: Workspace) -> None:
    write_progress(workspace, SOME)
    progress_file(workspace).chmod(0)
    with pytest.raises(StackwalkError, match="cannot be read"):
        read_progress(workspace)


def test_a_full_disk_is_said_and_the_old_file_stays(workspace: Workspace, tmp_path: Path) -> None:
    write_progress(workspace, SOME)
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from stackwalk.course.lesson import Progress\n"
        "from stackwalk.course.progress import write_progress\n"
        "from stackwalk.course.workspace import Workspace\n"
        "from stackwalk.errors import StackwalkError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))\n"
        "try:\n"
        "    write_progress(Workspace(Path(sys.argv[1])), Progress())\n"
        "except StackwalkError as error:\n"
        "    print(error.what)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(workspace.root)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "could not be written" in run.stdout
    assert read_progress(workspace) == (SOME, None)
    assert [file.name for file in workspace.state.iterdir()] == ["progress.json"]


def test_an_update_reads_changes_and_writes(workspace: Workspace) -> None:
    write_progress(workspace, SOME)
    after, note = update_progress(workspace, lambda progress: progress.passing("1.3"))
    assert note is None
    assert after == SOME.passing("1.3")
    assert read_progress(workspace) == (after, None)


def test_updates_of_several_processes_lose_nothing(workspace: Workspace) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from stackwalk.course.progress import update_progress\n"
        "from stackwalk.course.workspace import Workspace\n"
        "for number in range(20):\n"
        "    step = f'{sys.argv[2]}.{number}'\n"
        "    update_progress(Workspace(Path(sys.argv[1])), lambda progress: progress.passing(step))\n"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", program, str(workspace.root), lab]) for lab in ("1", "2", "3")
    ]
    assert [run.wait(timeout=60) for run in runs] == [0, 0, 0]
    assert len(json.loads(progress_file(workspace).read_text())["passed"]) == 60
