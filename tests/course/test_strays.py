"""A file that was saved under another name, or beside the workspace, is found and said."""

from pathlib import Path

import pytest

from stackwalk.course.strays import find_stray


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "my-stack"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("server.py.txt", "did your editor add .txt?"),
        ("server.py.py", "did your editor add .py?"),
        ("Server.py", "capital letters and spaces count"),
        ("server.py ", "capital letters and spaces count"),
        ("server.txt", "does not end as it should"),
        ("server", "does not end as it should"),
    ],
)
def test_another_name_is_said(name: str, said: str, workspace: Path) -> None:
    (workspace / name).touch()
    found = find_stray(workspace, "server.py")
    assert found is not None and said in found
    assert f"There is a {name} in {workspace}" in found and found.endswith("Rename it to server.py.")


def test_a_folder_of_that_name_is_no_file_to_rename(workspace: Path) -> None:
    (workspace / "wsgi").mkdir()
    found = find_stray(workspace, "wsgi.py")
    assert found is not None and "There is a folder wsgi" in found and "Rename" not in found
    (workspace / "wsgi" / "wsgi.py").touch()
    assert "Move it there" in (find_stray(workspace, "wsgi.py") or "")


@pytest.mark.parametrize("place", [".", "elsewhere", "my-stack/src"])
def test_another_folder_is_said(place: str, workspace: Path) -> None:
    folder = (workspace.parent / place).resolve()
    folder.mkdir(exist_ok=True)
    (folder / "server.py").touch()
    found = find_stray(workspace, "server.py", workspace.parent / "elsewhere")
    assert found == f"There is a server.py in {folder}, and it is looked for in {workspace}. Move it there."


@pytest.mark.parametrize("name", ["index.html", "server.log", "observer.py", "server.py~"])
def test_other_files_are_left_alone(name: str, workspace: Path) -> None:
    (workspace / name).touch()
    assert find_stray(workspace, "server.py", workspace / "missing") is None


def test_a_workspace_of_another_name_is_said(workspace: Path) -> None:
    (workspace / ".stackwalk").mkdir()
    workspace.rename(workspace.parent / "my server")
    found = find_stray(workspace, "server.py")
    assert found is not None
    assert f"The folder {workspace} itself is gone." in found
    assert f"stackwalk lab --workspace '{workspace.parent / 'my server'}'" in found


def test_a_workspace_that_is_gone_is_said(workspace: Path) -> None:
    workspace.rmdir()
    found = find_stray(workspace, "server.py")
    assert found is not None
    assert f"The folder {workspace} itself is gone." in found
    assert "Put it back" in found
