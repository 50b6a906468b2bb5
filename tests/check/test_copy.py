"""The copy of a workspace: bounded, faithful in its links, and honest about what could not be read."""

import os
from pathlib import Path

import pytest

from stackwalk.check.copy import copy_workspace
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.source import must_be_readable
from stackwalk.check.verdict import Cause
from stackwalk.check.workspace import Workspace
from stackwalk.errors import StackwalkError

as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "Mein Stück"
    folder.mkdir()
    (folder / "server.py").write_text("print('hi')\n")
    return folder


def test_files_and_folders_are_copied_and_ours_are_not(origin: Path, tmp_path: Path) -> None:
    for name in (".stackwalk", ".git", ".venv", "app/.git"):
        (origin / name).mkdir(parents=True)
    (origin / "app" / "tool.sh").write_text("#!/bin/sh\n")
    (origin / "app" / "tool.sh").chmod(0o555)
    copy = copy_workspace(origin, tmp_path / "copy")
    found = {str(path.relative_to(copy.root)) for path in copy.root.rglob("*")}
    assert found == {"server.py", "app", "app/.git", "app/tool.sh"}
    assert (copy.root / "app" / "tool.sh").stat().st_mode & 0o777 == 0o755


def test_what_is_shown_names_the_learners_own_file(origin: Path, tmp_path: Path) -> None:
    copy = copy_workspace(origin, tmp_path / "copy")
    assert copy.as_learner(f'File "{copy.root}/server.py", line 1') == f'File "{origin}/server.py", line 1'


def test_links_inside_stay_inside_and_links_out_still_lead_out(origin: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("outside")
    (origin / "sub").mkdir()
    (origin / "sub" / "inside").symlink_to("../server.py")
    (origin / "whole").symlink_to(origin / "server.py")
    (origin / "out").symlink_to("../outside.txt")
    (origin / "nowhere").symlink_to("gone")
    copy = copy_workspace(origin, tmp_path / "deep" / "copy")
    assert (copy.root / "sub" / "inside").resolve() == copy.root / "server.py"
    assert (copy.root / "whole").resolve() == copy.root / "server.py"
    assert (copy.root / "out").readlink() == tmp_path / "outside.txt"
    assert not (copy.root / "nowhere").exists()


def test_a_workspace_that_is_a_link_is_copied(origin: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(origin)
    copy = copy_workspace(tmp_path / "link", tmp_path / "copy")
    assert (copy.root / "server.py").is_file()
    assert copy.origin == tmp_path / "link"


@pytest.mark.parametrize(
    ("limits", "words"), [({"max_files": 3}, "more than 3 files"), ({"max_bytes": 2}, "larger than")]
)
def test_too_much_is_a_clear_error(origin: Path, tmp_path: Path, limits: dict[str, int], words: str) -> None:
    for number in range(4):
        (origin / f"{number}.txt").write_text("abc")
    with pytest.raises(StackwalkError, match=words):
        copy_workspace(origin, tmp_path / "copy", **limits)


def test_no_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StackwalkError, match="is not a folder"):
        copy_workspace(tmp_path / "none", tmp_path / "copy")


def failure_of(origin: Path, tmp_path: Path) -> LearnerFailure:
    with pytest.raises(LearnerFailure) as caught:
        must_be_readable(copy_workspace(origin, tmp_path / "copy"), "server.py")
    return caught.value


def test_a_readable_program_is_fine(origin: Path, tmp_path: Path) -> None:
    must_be_readable(copy_workspace(origin, tmp_path / "copy"), "server.py")


def test_a_declared_encoding_is_fine(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe9'\n")
    must_be_readable(copy_workspace(origin, tmp_path / "copy"), "server.py")


def test_a_missing_program(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").unlink()
    failure = failure_of(origin, tmp_path)
    assert (failure.cause, failure.message) == (Cause.MISSING_FILE, "There is no file server.py yet.")
    assert str(origin) in failure.hint


def test_a_folder_in_its_place(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").unlink()
    (origin / "server.py").mkdir()
    failure = failure_of(origin, tmp_path)
    assert failure.cause is Cause.MISSING_FILE and "is a folder" in failure.message


def test_a_link_to_nowhere(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").unlink()
    (origin / "server.py").symlink_to("gone.py")
    failure = failure_of(origin, tmp_path)
    assert failure.cause is Cause.MISSING_FILE and "leads nowhere" in failure.message


def test_an_empty_program(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").write_text("\n\n")
    failure = failure_of(origin, tmp_path)
    assert failure.cause is Cause.EXITED and "is empty" in failure.message


def test_a_pipe_in_its_place_is_not_waited_for(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").unlink()
    os.mkfifo(origin / "server.py")
    failure = failure_of(origin, tmp_path)
    assert failure.cause is Cause.UNREADABLE_FILE and "a pipe" in failure.message


def test_a_program_that_is_no_text(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").write_bytes("a = 1\nb = 'é'\n".encode("latin-1"))
    failure = failure_of(origin, tmp_path)
    assert failure.cause is Cause.UNREADABLE_FILE
    assert failure.message == "server.py is not UTF-8 text: line 2 holds the byte 0xe9."


@as_user
def test_a_program_that_may_not_be_read(origin: Path, tmp_path: Path) -> None:
    (origin / "server.py").chmod(0)
    failure = failure_of(origin, tmp_path)
    assert failure.cause is Cause.UNREADABLE_FILE and "not allowed to read" in failure.message


def test_what_a_check_writes_is_put_there_as_a_whole(origin: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (origin / "server.py").chmod(0o755)
    (origin / ".server.py.new").symlink_to(elsewhere)  # in the way, and leading out
    workspace = Workspace(origin, origin)
    with (origin / "server.py").open() as before:
        workspace.write("server.py", "print('ho')\n")
        assert before.read() == "print('hi')\n", "who reads it now has the one before"
    assert (origin / "server.py").read_text() == "print('ho')\n"
    assert (origin / "server.py").stat().st_mode & 0o777 == 0o755
    assert os.listdir(origin) == ["server.py"]  # noqa: PTH208
    assert not elsewhere.exists()
