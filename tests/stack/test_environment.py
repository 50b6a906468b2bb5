"""What a program is started with: the learner's own surroundings, without ours and without Python's switches."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stackwalk.errors import StackwalkError
from stackwalk.stack import environment as module
from stackwalk.stack.environment import PORTS, PROBE, REPORT, free_port, learner_environment


def made(tmp_path: Path, moved: dict[int, int] | None = None) -> dict[str, str]:
    return learner_environment(tmp_path / "work", tmp_path / "run", moved or {})


def test_python_is_steered_by_us_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONSAFEPATH"):
        monkeypatch.setenv(name, "theirs")
    found = made(tmp_path)
    assert {name for name in found if name.startswith("PYTHON")} == {
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
        "PYTHONPYCACHEPREFIX",
        "PYTHONIOENCODING",
    }
    assert found["PYTHONPATH"] == str(PROBE)


def test_what_is_ours_and_pytests_stays_with_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTEST_ADDOPTS", "STACKWALK_WORKSPACE", "COV_CORE_SOURCE"):
        monkeypatch.setenv(name, "ours")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    found = made(tmp_path)
    assert not {"PYTEST_ADDOPTS", "STACKWALK_WORKSPACE", "COV_CORE_SOURCE"} & found.keys()
    assert found["LANG"] == "de_DE.UTF-8"


def test_ports_and_report_are_said(tmp_path: Path) -> None:
    found = made(tmp_path, {8080: 23456, 5000: 31000})
    assert found[PORTS] == "8080:23456 5000:31000"
    assert Path(found[REPORT]).parent == tmp_path / "run"


def test_the_python_of_stackwalk_comes_first(tmp_path: Path) -> None:
    assert made(tmp_path)["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert "VIRTUAL_ENV" not in made(tmp_path)


def test_the_environment_of_a_workspace_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "work" / ".venv"
    (own / "bin").mkdir(parents=True)
    found = made(tmp_path)
    assert found["PATH"].split(os.pathsep)[0] == str(own / "bin")
    assert found["VIRTUAL_ENV"] == str(own)


def compiled(folder: Path, cache: Path) -> list[str]:
    return sorted(os.fspath(path.relative_to(cache)) for path in folder.rglob("*.pyc"))


def run(tmp_path: Path, source: str) -> str:
    (tmp_path / "work").mkdir(exist_ok=True)
    (tmp_path / "work" / "program.py").write_text(source)
    command = [sys.executable, "program.py"]
    return subprocess.run(
        command, cwd=tmp_path / "work", env=made(tmp_path), capture_output=True, check=True, text=True
    ).stdout


def test_a_module_saved_twice_at_once_is_never_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    module = tmp_path / "work" / "page.py"
    for text in ("one", "two"):  # of the same size, and of the same second
        module.write_text(f"TEXT = {text!r}\n")
        os.utime(module, (1_700_000_000, 1_700_000_000))
        assert run(tmp_path, "import page; print(page.TEXT)") == f"{text}\n"
    assert compiled(tmp_path / "work", tmp_path) == []


def test_a_library_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    library = tmp_path / "work" / ".venv" / "library.py"
    library.parent.mkdir(parents=True)
    library.write_text("import os\n")
    source = "import sys; sys.path.append('.venv'); import library; print(library.__cached__)"
    first = Path(run(tmp_path, source).strip())
    made_at = first.stat().st_mtime_ns
    assert run(tmp_path, source).strip() == str(first)
    assert first.stat().st_mtime_ns == made_at


def test_without_a_place_for_them_they_are_kept_with_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "below"))
    assert made(tmp_path)["PYTHONPYCACHEPREFIX"] == str(tmp_path / "run" / "pycache")


def test_a_free_port_can_be_bound_on_both_families() -> None:
    for _ in range(20):
        port = free_port()
        assert 20000 <= port <= 32000
        with socket.create_server(("127.0.0.1", port)), socket.create_server(("::1", port), family=socket.AF_INET6):
            pass


def test_a_port_with_connections_of_the_last_minute_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program without SO_REUSEADDR could not bind it, and would be blamed."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            served, _ = door.accept()
            served.close()  # the side that closes first keeps the port
            assert client.recv(1) == b""
    monkeypatch.setattr(module, "_LOWEST", port)
    monkeypatch.setattr(module, "_HIGHEST", port)
    with pytest.raises(StackwalkError) as caught:
        free_port()
    assert "No free port" in caught.value.what
