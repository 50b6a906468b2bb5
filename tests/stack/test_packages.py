"""A workspace's own environment, and what it lacks."""

from pathlib import Path

import pytest

from stackwalk.errors import StackwalkError
from stackwalk.stack.packages import lacking, must_have


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The packages of a virtual environment in a workspace."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    folder = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    folder.mkdir(parents=True)
    (folder / "pip").mkdir()
    return folder


def test_without_an_environment_of_its_own_nothing_lacks(tmp_path: Path) -> None:
    must_have(tmp_path, ("flask", "gunicorn"))
    (tmp_path / ".venv").write_text("a file")
    assert lacking(tmp_path / ".venv", ("flask",)) == ()


def test_what_lacks_is_said_with_the_line_to_type(site: Path, tmp_path: Path) -> None:
    (site / "Flask-3.1.3.dist-info").mkdir()
    must_have(tmp_path, ("flask",))
    with pytest.raises(StackwalkError) as caught:
        must_have(tmp_path, ("gunicorn", "flask", "waitress"))
    assert "has no gunicorn and no waitress." in caught.value.what
    assert caught.value.try_this == (
        f"Install it there, in {tmp_path}: .venv/bin/python -m pip install gunicorn waitress"
    )


def test_an_environment_without_pip_gets_it_first(site: Path, tmp_path: Path) -> None:
    (site / "pip").rmdir()
    with pytest.raises(StackwalkError) as caught:
        must_have(tmp_path, ("flask",))
    assert caught.value.try_this.endswith(".venv/bin/python -m ensurepip && .venv/bin/python -m pip install flask")


@pytest.mark.parametrize("name", ["flask", "Flask-3.1.dist-info", "flask-3.0.egg-info"])
def test_a_package_is_there_by_its_folder_or_by_its_record(site: Path, tmp_path: Path, name: str) -> None:
    (site / name).mkdir()
    assert lacking(tmp_path / ".venv", ("flask",)) == ()


def test_names_are_compared_as_pip_does(site: Path, tmp_path: Path) -> None:
    (site / "a_b.c-1.0.dist-info").mkdir()
    assert lacking(tmp_path / ".venv", ("A-b.C",)) == ()


def test_an_environment_that_takes_the_systems_packages_is_believed(site: Path, tmp_path: Path) -> None:
    assert lacking(tmp_path / ".venv", ("flask",)) == ("flask",)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("include-system-site-packages = true\n")
    assert lacking(tmp_path / ".venv", ("flask",)) == ()
