"""Which folder is the workspace, its lock, the files put there, and what a reset keeps."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from building import a_step, write

from stackwalk.course.workspace import (
    Workspace,
    existing_workspace,
    files_of,
    find_workspace,
    is_open,
    last_workspace,
    lock,
    make_workspace,
    put_start_files,
    reset,
)
from stackwalk.errors import StackwalkError

NOW = datetime(2026, 11, 24, 19, 30, 5)
as_a_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "mein Stück")
    make_workspace(workspace, {})
    return workspace


def test_the_flag_comes_first(tmp_path: Path) -> None:
    (tmp_path / ".stackwalk").mkdir()
    found = find_workspace("mine", {"STACKWALK_WORKSPACE": str(tmp_path / "other")}, tmp_path)
    assert found.root == tmp_path / "mine"


def test_the_variable_comes_second(tmp_path: Path) -> None:
    (tmp_path / ".stackwalk").mkdir()
    assert find_workspace(None, {"STACKWALK_WORKSPACE": "other"}, tmp_path).root == tmp_path / "other"


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert find_workspace(None, {"STACKWALK_WORKSPACE": ""}, tmp_path).root == tmp_path / "my-stack"


def test_the_nearest_folder_upwards_comes_third(tmp_path: Path) -> None:
    (tmp_path / "a/.stackwalk").mkdir(parents=True)
    (tmp_path / "a/b/.stackwalk").mkdir(parents=True)
    (tmp_path / "a/b/c/d").mkdir(parents=True)
    assert find_workspace(None, {}, tmp_path / "a/b/c/d").root == tmp_path / "a/b"


def test_a_file_called_like_our_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".stackwalk").mkdir()
    write(tmp_path / "a", {".stackwalk": ""})
    assert find_workspace(None, {}, tmp_path / "a").root == tmp_path


def test_my_stack_comes_last(tmp_path: Path) -> None:
    assert find_workspace(None, {}, tmp_path).root == tmp_path / "my-stack"


def test_a_symbolic_link_is_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    found = find_workspace("link", {}, tmp_path)
    make_workspace(found, {})
    assert found.root == tmp_path / "link"
    assert (tmp_path / "real/.stackwalk").is_dir()


def test_a_link_to_nowhere_is_said(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("gone")
    with pytest.raises(StackwalkError, match="a symbolic link to a folder that is not there"):
        find_workspace("link", {}, tmp_path)


def test_a_file_in_the_folders_place_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"mine": ""})
    with pytest.raises(StackwalkError, match="mine is a file, and a workspace is a folder"):
        find_workspace("mine", {}, tmp_path)
    with pytest.raises(StackwalkError, match="cannot be made: Not a directory"):
        make_workspace(find_workspace("mine/inside", {}, tmp_path), {})


def test_a_flag_without_a_name_is_said(tmp_path: Path) -> None:
    with pytest.raises(StackwalkError, match="--workspace names no folder"):
        find_workspace(" ", {}, tmp_path)


def test_a_file_in_place_of_our_folder_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"mine/.stackwalk": ""})
    with pytest.raises(StackwalkError, match=r"\.stackwalk is in the way"):
        make_workspace(find_workspace("mine", {}, tmp_path), {})


@as_a_user
def test_a_read_only_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StackwalkError, match="cannot be made: Permission denied"):
        make_workspace(find_workspace("locked/mine", {}, tmp_path), {})


@as_a_user
def test_an_unreadable_workspace_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0)
    with pytest.raises(StackwalkError, match="may not be read by you"):
        existing_workspace("mine", {}, tmp_path)


def test_where_there_is_none_the_one_used_last_is_named(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path / "state")}
    make_workspace(Workspace(tmp_path / "mein Stück"), environ)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(StackwalkError) as error:
        existing_workspace(None, environ, tmp_path / "elsewhere")
    assert error.value.what == f"There is no workspace at {tmp_path}/elsewhere/my-stack."
    assert f"--workspace '{tmp_path}/mein Stück'" in error.value.try_this


def test_where_there_never_was_one_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StackwalkError) as error:
        existing_workspace(None, {"XDG_STATE_HOME": str(tmp_path / "state")}, tmp_path)
    assert "stackwalk lab 1" in error.value.try_this


def test_a_folder_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert existing_workspace("mine", {}, tmp_path).root == tmp_path / "mine"
    assert list((tmp_path / "mine").iterdir()) == []


def test_the_memory_is_in_the_home_folder_where_nothing_else_is_said(tmp_path: Path) -> None:
    make_workspace(Workspace(tmp_path / "mine"), {"HOME": str(tmp_path)})
    assert (tmp_path / ".local/state/stackwalk/last").read_text() == f"{tmp_path}/mine\n"
    assert last_workspace({"HOME": str(tmp_path)}) == tmp_path / "mine"


@pytest.mark.parametrize("memory", [b"", b"\xff", b"\x00", b"relative/path\n", b"/no/such/folder/anywhere\n"])
def test_a_spoilt_memory_is_no_memory(tmp_path: Path, memory: bytes) -> None:
    write(tmp_path, {"stackwalk/last": memory})
    assert last_workspace({"XDG_STATE_HOME": str(tmp_path)}) is None


def test_who_cannot_remember_can_still_work(tmp_path: Path) -> None:
    write(tmp_path, {"state": "a file"})
    make_workspace(Workspace(tmp_path / "mine"), {"XDG_STATE_HOME": str(tmp_path / "state")})
    assert (tmp_path / "mine/.stackwalk").is_dir()


HOLD = (
    "import sys\n"
    "from pathlib import Path\n"
    "from stackwalk.course.workspace import Workspace, lock\n"
    "from stackwalk.errors import StackwalkError\n"
    "try:\n"
    "    with lock(Workspace(Path(sys.argv[1]))):\n"
    "        print('held', flush=True)\n"
    "        sys.stdin.read()\n"
    "except StackwalkError as error:\n"
    "    print(error.what, flush=True)\n"
)


def start_holding(workspace: Workspace) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workspace.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_second_session_is_told_which_process_has_the_workspace(workspace: Workspace) -> None:
    with start_holding(workspace) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with start_holding(workspace) as second:
            out, _ = second.communicate(timeout=30)
        assert out == (f"Another stackwalk has this workspace open: process {first.pid} ({workspace.root}).\n")
        first.communicate(timeout=30)
    with lock(workspace):
        pass  # free again


def test_the_lock_goes_with_a_process_that_is_killed(workspace: Workspace) -> None:
    with start_holding(workspace) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
        holder.wait(timeout=30)
    with lock(workspace):
        assert (workspace.state / "lock").read_text() == f"{os.getpid()}\n"


def test_whether_somebody_has_it_open_can_be_asked(workspace: Workspace) -> None:
    assert not is_open(workspace.root), "no lock was ever there"
    with start_holding(workspace) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_open(workspace.root)
        holder.communicate(timeout=30)
    assert not is_open(workspace.root)


def test_a_folder_in_the_locks_place_is_said(workspace: Workspace) -> None:
    (workspace.state / "lock").mkdir()
    with pytest.raises(StackwalkError, match="lock cannot be written"), lock(workspace):
        raise AssertionError("it was held")


def test_start_files_are_put_where_nothing_stands(workspace: Workspace, tmp_path: Path) -> None:
    start = write(tmp_path / "start", {"a.txt": "given", "pictures/b.png": b"\x89PNG"})
    write(workspace.root, {"a.txt": "the learner's own"})
    put = put_start_files(workspace, a_step("1.1", start=start))
    assert put == (workspace.root / "pictures/b.png",)
    assert (workspace.root / "a.txt").read_text() == "the learner's own"
    assert (workspace.root / "pictures/b.png").read_bytes() == b"\x89PNG"
    assert put_start_files(workspace, a_step("1.1", start=start)) == ()


def test_a_start_file_does_not_follow_a_link_of_the_learner(workspace: Workspace, tmp_path: Path) -> None:
    start = write(tmp_path / "start", {"a.txt": "given"})
    (workspace.root / "a.txt").symlink_to(tmp_path / "outside")
    assert put_start_files(workspace, a_step("1.1", start=start)) == ()
    assert not (tmp_path / "outside").exists()


def test_a_file_where_a_start_folder_should_be_is_said(workspace: Workspace, tmp_path: Path) -> None:
    start = write(tmp_path / "start", {"static/a.txt": "given"})
    write(workspace.root, {"static": "a file"})
    with pytest.raises(StackwalkError, match=r"a\.txt could not be put there"):
        put_start_files(workspace, a_step("1.1", start=start))
    assert (workspace.root / "static").read_text() == "a file"


def test_a_step_that_gives_nothing_puts_nothing(workspace: Workspace) -> None:
    assert put_start_files(workspace, a_step("1.1")) == ()


def test_a_reset_keeps_a_dated_copy_and_puts_the_given_files_anew(workspace: Workspace, tmp_path: Path) -> None:
    start = write(tmp_path / "start", {"data.txt": "given"})
    write(workspace.root, {"server.py": "mine", "data.txt": "changed", "app/routes.py": "also", "notes": "no"})
    kept, put = reset(workspace, a_step("1.1", start=start), ["server.py", "app", "missing.py"], NOW)
    shelf = workspace.state / "kept" / "2026-11-24T19-30-05"
    assert kept == (shelf / "server.py", shelf / "app", shelf / "data.txt")
    assert [(shelf / name).read_text() for name in ("server.py", "app/routes.py", "data.txt")] == [
        "mine", "also", "changed",
    ]  # fmt: skip
    assert put == (workspace.root / "data.txt",)
    assert (workspace.root / "data.txt").read_text() == "given"
    assert not (workspace.root / "server.py").exists()
    assert (workspace.root / "notes").read_text() == "no"


def test_two_resets_in_one_second_keep_both(workspace: Workspace) -> None:
    for text in ("first", "second"):
        write(workspace.root, {"server.py": text})
        reset(workspace, a_step("1.1"), ["server.py"], NOW)
    kept = sorted(file.read_text() for file in (workspace.state / "kept").rglob("server.py"))
    assert kept == ["first", "second"]


def test_a_reset_keeps_a_link_as_a_link(workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path, {"outside.py": "precious"})
    (workspace.root / "server.py").symlink_to(tmp_path / "outside.py")
    (kept,), _ = reset(workspace, a_step("1.1"), ["server.py"], NOW)
    assert kept.is_symlink()
    assert (tmp_path / "outside.py").read_text() == "precious"


@pytest.mark.parametrize("name", ["/etc/hostname", "../x", "a/../../x", "", ".", ".stackwalk", ".stackwalk/lock"])
def test_a_reset_leaves_alone_what_is_not_in_the_workspace(workspace: Workspace, name: str) -> None:
    with pytest.raises(StackwalkError, match="is no file of the workspace"):
        reset(workspace, a_step("1.1"), [name], NOW)
    assert not (workspace.state / "kept").exists()


@as_a_user
def test_a_reset_that_cannot_move_loses_nothing(workspace: Workspace) -> None:
    write(workspace.root, {"server.py": "mine"})
    workspace.root.chmod(0o500)
    try:
        with pytest.raises(StackwalkError, match="could not be set aside"):
            reset(workspace, a_step("1.1"), ["server.py"], NOW)
        assert (workspace.root / "server.py").read_text() == "mine"
    finally:
        workspace.root.chmod(0o700)


def test_files_of_a_folder_are_listed_without_caches_and_the_attempts_own_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"attempt.toml": "", "b.py": "", "a/c.py": "", "__pycache__/b.pyc": "", "a/attempt.toml": ""},
    )
    assert [name for name, _ in files_of(tmp_path)] == ["a/attempt.toml", "a/c.py", "b.py"]
