"""What goes wrong at a real terminal: a door that is taken, files in odd shapes, keys at bad moments."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from needs import needs
from ports import unused_port
from sitting import SOLUTIONS, environment_of, leave, ours, stackwalk, wait_until_gone
from terminal import Terminal, terminal

pytest_plugins = ("spots",)
pytestmark = pytest.mark.tmux

UNMOVABLE = """\
import os, sys
if len(sys.argv) == 1:
    os.execv(sys.executable, [sys.executable, "-I", "-S", __file__, "again"])
import socket
class Again(socket.socket):  # a port that had connections a moment ago can be had again
    def bind(self, address):
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        super().bind(address)
socket.socket = Again
"""
LOUD = r"""
import sys
print("\x1b[2J\x1b]0;mine\x07[bold red]markup[/] \u202eevil")
sys.stdout.buffer.write(b"\xff raw\n")
for number in range(20_000):
    print("flood", number)
"""


@contextmanager
def lab(words: str, spot: Path, columns: int = 80, command: str = "") -> Iterator[Terminal]:
    """The lab command in a terminal of its own; `command` runs it, where that is not stackwalk as it is."""
    needs("tmux")
    with terminal(spot, columns=columns, lines=24) as window:
        window.run(f"{command} lab {words}" if command else stackwalk(f"lab {words}"), environment_of(spot), spot)
        yield window


def save(step: str, spot: Path, before: str = "", door: int = 8080) -> None:
    (folder,) = SOLUTIONS.glob(f"{step}-*")
    text = (folder / "server.py").read_text(encoding="utf-8").replace("8080", str(door))
    (spot / "my-stack" / "server.py").write_text(before + text, encoding="utf-8")


def test_a_door_that_is_taken_is_named_with_who_has_it_and_can_be_had_back(spot: Path, door: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", str(door), "--bind", "127.0.0.1"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"PYTHONUNBUFFERED": "1"}, cwd=spot,
    ) as other:  # fmt: skip
        assert other.stdout is not None and other.stdout.readline()
        with lab(f"1.1 --port {door}", spot, columns=400) as window:
            window.wait_for(f"Port {door} is taken by", "http.server", f"(process {other.pid})", f"kill {other.pid}")
            window.wait_for("There is no server.py yet")
            other.terminate()
            other.wait()
            window.press("d")
            window.wait_for(f"Port {door} is yours")
            window.press("d")
            save("1", spot)
            window.wait_for(f"http://localhost:{door}", "1.1 passed")
            leave(window, spot)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone refuses such a port")
def test_a_door_that_ones_own_program_has_just_left_is_said_to_rest(spot: Path, door: int, course: Path) -> None:
    with lab(f"1.1 --from {course}", spot, columns=200) as window:
        window.wait_for("There is no server.py yet")
        save("1", spot, door=door)
        window.wait_for("1.1 passed")
        window.press("d")
        window.wait_for(f"Port {door} is yours")
        with subprocess.Popen([sys.executable, str(spot / "my-stack" / "server.py")], stdout=subprocess.DEVNULL) as own:
            _ask(door)  # it hangs up first, so its end of the connection waits
            own.terminate()
        window.press("d")
        window.wait_for(f"Port {door} is not free yet: nobody listens there", f"http://localhost:{door + 1}")
        assert "taken by" not in window.screen()
        leave(window, spot)


def _ask(port: int) -> None:
    """Have one request taken and the connection closed, by whoever is about to listen on a port."""
    deadline = time.monotonic() + 30.0
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 10.0) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert client.recv(1) == b""
                return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_wrong_port_is_said_and_the_right_one_works_after_it(spot: Path, door: int, course: Path) -> None:
    wrong = unused_port()
    with lab(f"1.1 --from {course}", spot, columns=200) as window:
        window.wait_for(f"Save it in {spot / 'my-stack'}")
        (spot / "server.py").write_text("")
        window.wait_for(f"There is a server.py in {spot}")
        for _ in range(2):
            save("1", spot, door=wrong)
            window.wait_for(f"Your program opens port {wrong}, and clients knock at {door}. Write {door}")
            window.press("r")
        save("1", spot, door=door)
        shown = window.wait_for(f"listens on port {door}: http://localhost:{door}", "1.1 passed")
        for word in ("cannot be moved", "could not be checked", f"localhost:{door + 1}"):
            assert word not in shown
        leave(window, spot)


def test_a_program_that_cannot_be_moved_has_the_port_itself_and_the_checks_too(
    spot: Path, door: int, course: Path
) -> None:
    with lab(f"1.2 --from {course}", spot) as window:
        window.wait_for("There is no server.py yet")
        save("2", spot, UNMOVABLE, door)
        window.wait_for("in a way that cannot be moved", "is its own", "passed")
        window.press("s")
        window.wait_for(f"$ curl -v http://localhost:{door + 1}/", "< Hi there!")
        save("2", spot, UNMOVABLE + "# once more\n", door)
        seen = window.wait_for("listens again. Open")
        assert "not yet" not in seen and "blocked" not in seen
        leave(window, spot)


def test_a_program_is_shown_safely_and_its_flood_is_counted(spot: Path, door: int) -> None:
    with lab(f"1.1 --port {door}", spot) as window:
        window.wait_for("There is no server.py yet")
        save("1", spot, LOUD)
        seen = window.wait_for("more lines, too fast to be shown", "1.1 passed")
        assert r"\x1b[2J\x1b]0;mine\x07[bold red]markup[/] \u202eevil" in seen
        assert "1.1 Listen" in seen  # nothing was wiped out
        leave(window, spot)


def test_a_file_in_any_shape_is_told_and_the_lab_goes_on(spot: Path, door: int) -> None:
    with lab(f"1.1 --port {door}", spot) as window:
        window.wait_for("There is no server.py yet")
        file = spot / "my-stack" / "server.py"
        file.mkdir()
        window.wait_for("server.py is a folder")
        file.rmdir()
        window.wait_for("server.py is gone")
        file.write_bytes(b'print("\xff")\n')
        window.wait_for("server.py is not UTF-8")
        file.unlink()
        file.symlink_to("nowhere")
        window.wait_for("server.py is a link that leads nowhere")
        new = file.with_name("server.py.new")
        shutil.copy(SOLUTIONS / "1-listen" / "server.py", new)
        new.rename(file)
        window.wait_for("1.1 passed")
        leave(window, spot)


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(spot: Path, door: int) -> None:
    with lab(f"1.0 --port {door}", spot) as window:
        window.wait_for("(nobody yet)")
        window.press("HTTP")
        window.wait_for("(nobody yet) HTTP")
        window.press("C-z")
        window.type("stty -a | tr ' ;' '\\n\\n' | grep -xE 'echo|icanon' | tr '\\n' '+'")
        window.wait_for("icanon+echo+")
        window.type("fg")
        window.press("/1.1")
        window.wait_for("(nobody yet) HTTP/1.1")
        window.press("C-c")
        window.type("echo left: $?")
        window.wait_for("left: 0")
        wait_until_gone(spot)


def test_a_terminal_that_is_closed_takes_everything_with_it(spot: Path, door: int) -> None:
    with lab(f"1.1 --port {door}", spot) as window:
        window.wait_for("There is no server.py yet")
        save("1", spot)
        window.wait_for("1.1 passed")
        assert ours(spot)
        window.end()
        wait_until_gone(spot)


@pytest.mark.parametrize("words", ["checking…", "1.1 Listen", "server.py listens"])
def test_ctrl_c_in_the_middle_of_things_ends_with_0(words: str, spot: Path, door: int) -> None:
    with lab(f"1.1 --port {door}", spot) as window:
        (spot / "my-stack").mkdir(exist_ok=True)
        save("1", spot)
        window.wait_for(words)
        window.press("C-c")
        window.type("echo left: $?")
        window.wait_for("left: 0")
        wait_until_gone(spot)


def test_two_stackwalks_in_one_workspace(spot: Path, door: int) -> None:
    with lab(f"1.1 --port {door}", spot) as window:
        window.wait_for("There is no server.py yet")
        second = subprocess.run(
            [sys.executable, "-m", "stackwalk", "lab", "1"],
            env=environment_of(spot), cwd=spot, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode == 2
        assert "Another stackwalk has this workspace open: process " in second.stderr
        leave(window, spot)


def test_a_save_is_noticed_where_the_file_system_tells_of_none(spot: Path, door: int) -> None:
    deaf = spot / "deaf.py"
    deaf.write_text(
        "import watchfiles\n"
        "def watch(*folders, stop_event, **options):\n    stop_event.wait()\n    return iter(())\n"
        "watchfiles.watch = watch\nimport stackwalk.__main__\nstackwalk.__main__.main()\n"
    )
    with lab(f"1.1 --port {door}", spot, command=f"{sys.executable} {deaf}") as window:
        window.wait_for("There is no server.py yet")
        save("1", spot, before="import nonsense\n")
        window.wait_for("ModuleNotFoundError")
        save("1", spot)
        window.wait_for("1.1 passed")
        leave(window, spot)


def test_a_pass_is_followed_by_a_day_on_the_internet_and_the_next_one_is_shown_beside_it(spot: Path, door: int) -> None:
    with lab(f"1.4 --port {door}", spot) as window:
        window.wait_for("There is no server.py yet")
        save("4", spot)
        shown = window.wait_for("1.4 passed", " of 200 oddities.", seconds=60)
        before = re.search(r"Your program survives (\d+) of 200 oddities\.", shown)
        assert before is not None
        save("5", spot)
        shown = window.wait_for(f" of 200 oddities ({before[1]} before).", seconds=60)
        after = re.search(r"survives (\d+) of 200 oddities \(", shown)
        assert after is not None
        assert int(after[1]) > int(before[1])
        leave(window, spot)
