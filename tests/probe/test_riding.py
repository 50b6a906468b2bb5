"""The probe is not noticed: whatever goes wrong with it, a program runs as without it."""

import json
import sys
from pathlib import Path

import pytest
from riding import ride

from stackwalk.stack.environment import PORTS, PROBE, REPORT, free_port
from stackwalk.stack.reports import Bound

LISTEN = "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 8080)); s.listen(); print(s.getsockname())\n"


@pytest.mark.parametrize(
    "name", ["socket.py", "re.py", "os.py", "json.py", "random.py", "selectors.py", "enum.py", "types.py", "site.py"]
)
def test_a_module_of_the_learners_beside_it_does_what_it_does_by_hand(tmp_path: Path, name: str) -> None:
    source = (
        "import sys\ntry:\n    import http.server\nexcept Exception as error: print(type(error), error)\nprint('end')"
    )
    beside = {name: f"print('this is my {name}')\n"}
    ridden = ride(tmp_path, source, {8080: free_port()}, beside=beside)
    by_hand = ride(tmp_path, source, beside=beside, probe=False)
    assert (ridden.out, ridden.code) == (by_hand.out, by_hand.code)


def test_a_learners_own_socket_module_is_not_patched(tmp_path: Path) -> None:
    found = ride(
        tmp_path,
        "import socket\nprint(socket.socket().bind(('', 8080)))",
        {8080: free_port()},
        beside={"socket.py": "class socket:\n    def bind(self, address): return address\n"},
    )
    assert found.out == "('', 8080)\n"


@pytest.mark.parametrize("name", ["sitecustomize.py", "usercustomize.py"])
def test_a_customize_module_beside_it_is_not_run_as_by_hand(tmp_path: Path, name: str) -> None:
    """The folder of the program comes to sys.path after site has run."""
    beside = {name: "print('customized')\n"}
    source = "print('program')"
    ridden = ride(tmp_path, source, beside=beside)
    assert ridden.out == ride(tmp_path, source, beside=beside, probe=False).out == "program\n"


def test_a_customize_module_of_the_environment_still_runs(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("print('customized', __name__, __file__.endswith('sitecustomize.py'))\n")
    environment = {"PYTHONPATH": f"{PROBE}:{folder}"}
    real = free_port()
    found = ride(tmp_path, LISTEN, {8080: real}, environment=environment)
    assert found.out == "customized sitecustomize True\n('127.0.0.1', 8080)\n"
    assert found.bound == (Bound("127.0.0.1", 8080, True),)


def test_one_that_raises_is_told_by_site_as_ever(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("1 / 0\n")
    found = ride(tmp_path, "print('program')", environment={"PYTHONPATH": f"{PROBE}:{folder}"})
    assert "ZeroDivisionError" in found.out
    assert found.out.endswith("program\n")


@pytest.mark.parametrize("option", ["-I", "-E", "-S"])
def test_a_python_that_ignores_us_runs_as_by_hand(tmp_path: Path, option: str) -> None:
    typed = free_port()
    source = LISTEN.replace("8080", str(typed))
    found = ride(tmp_path, source, {typed: free_port()}, options=[option])
    assert (found.out, found.code, found.bound) == (f"('127.0.0.1', {typed})\n", 0, ())


@pytest.mark.parametrize("option", ["-I", "-S", "-E"])
def test_one_that_runs_itself_again_without_us_runs_as_by_hand(tmp_path: Path, option: str) -> None:
    typed = free_port()
    source = (
        "import os, sys\nif len(sys.argv) < 2:\n"
        f"    os.execv(sys.executable, [sys.executable, {option!r}, 'program.py', 'again'])\n"
        + LISTEN.replace("8080", str(typed))
    )
    assert ride(tmp_path, source, {typed: free_port()}).out == f"('127.0.0.1', {typed})\n"


@pytest.mark.parametrize(
    "options", [["-W", "error"], ["-X", "dev"], ["-O"], ["-OO"], ["-B"], ["-u"], ["-X", "utf8"], ["-P"], ["-s"], ["-v"]]
)
def test_options_of_python_do_no_harm(tmp_path: Path, options: list[str]) -> None:
    if options == ["-P"] and sys.version_info < (3, 11):
        pytest.skip("-P came with Python 3.11")
    real = free_port()
    found = ride(tmp_path, LISTEN + "s.close()\n", {8080: real}, options=options)
    assert "('127.0.0.1', 8080)" in found.out.splitlines()
    assert found.code == 0
    assert found.bound == (Bound("127.0.0.1", 8080, True),)


@pytest.mark.parametrize(
    "ports", ["", "nonsense", "8080", "8080:x", "8080:70000", ":", "8080:1:2", "\u00e9:1", "8080:"]
)
def test_an_odd_list_of_ports_never_keeps_a_program_from_running(tmp_path: Path, ports: str) -> None:
    found = ride(tmp_path, "import socket\nprint('runs', socket.socket)", environment={PORTS: ports})
    assert found.out == "runs <class 'socket.socket'>\n"


@pytest.mark.parametrize("report", ["", "/", "/nowhere/at/all", "/dev/full", "/proc/self/mem", "x" * 5000])
def test_a_report_that_can_not_be_written_never_fails_a_bind(tmp_path: Path, report: str) -> None:
    found = ride(tmp_path, LISTEN, {8080: free_port()}, environment={REPORT: report})
    assert (found.out, found.code) == ("('127.0.0.1', 8080)\n", 0)


SABOTAGE = {
    "a write that fails": "import os\ndef fail(*_): raise OSError(5, 'no')\nos.write = fail\n",
    "an open that returns nonsense": "import os\nos.open = lambda *_: 'x'\n",
    "no os module": "import sys, socket\ndel sys.modules['os']\n",
    "os without getpid": "import os\ndel os.getpid\n",
    "inet_aton that fails": "import socket\nsocket.inet_aton = None\n",
    "every file descriptor used": "import resource, socket\nresource.setrlimit(resource.RLIMIT_NOFILE, (6, 6))\n",
    "no file may grow": "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n",
    "another folder": "import os\nos.chdir('/')\n",
    "an empty environment": "import os\nos.environ.clear()\n",
    "no search path": "import sys, socket\nsys.path.clear(); sys.meta_path.clear()\n",
    "a finder of its own": "import sys\nsys.meta_path.insert(0, type('F', (), {'find_spec': lambda *a: None})())\n",
    "an old finder": "import sys\nsys.meta_path.append(type('F', (), {}))\n",
}


@pytest.mark.parametrize("kind", SABOTAGE)
def test_a_failing_probe_never_fails_the_program(tmp_path: Path, kind: str) -> None:
    typed = free_port()
    source = SABOTAGE[kind] + LISTEN.replace("8080", str(typed))
    found = ride(tmp_path, source, {typed: free_port()})
    assert (found.out, found.code) == (f"('127.0.0.1', {typed})\n", 0)


def test_a_program_without_sockets_never_loads_them(tmp_path: Path) -> None:
    source = (
        "import sys\nprint(sorted({'socket', 'json', 're', 'typing', '_socket', 'selectors'} & sys.modules.keys()))"
    )
    assert ride(tmp_path, source, {8080: free_port()}).out == ride(tmp_path, source, probe=False).out


def test_a_raw_bind_is_reported_and_not_moved(tmp_path: Path) -> None:
    typed = free_port()
    source = (
        f"import _socket\ns = _socket.socket(); s.bind(('127.0.0.1', {typed})); s.listen(1); print(s.getsockname())"
    )
    found = ride(tmp_path, source, {typed: free_port()})
    assert found.out == f"('127.0.0.1', {typed})\n"
    assert found.bound == (Bound("127.0.0.1", typed, listened=False),)


def test_the_report_is_bounded(tmp_path: Path) -> None:
    source = "import socket\nfor _ in range(3000):\n    with socket.socket() as s: s.bind(('127.0.0.1', 0))\n"
    found = ride(tmp_path, source, {8080: free_port()})
    assert found.code == 0
    assert (tmp_path / "run" / "probe.jsonl").stat().st_size < 70_000


def test_a_strange_host_leaves_the_report_readable(tmp_path: Path) -> None:
    source = (
        "import socket\nfor host in ('a\"b', 'back\\\\slash', 'new\\nline', 'x' * 5000, '\\udcff', '\u00e9'):\n"
        "    try: socket.socket().bind((host, 8080))\n    except Exception as error: print(type(error).__name__)\n"
        "s = socket.socket(); s.bind(('127.0.0.1', 8080)); s.listen(); print('end')"
    )
    found = ride(tmp_path, source, {8080: free_port()})
    assert found.out.endswith("end\n")
    lines = (tmp_path / "run" / "probe.jsonl").read_text().splitlines()
    assert all(json.loads(line)["port"] == 8080 for line in lines)
    assert found.bound[-1] == Bound("127.0.0.1", 8080, True)
