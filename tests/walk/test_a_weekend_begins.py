"""Lab 1's core as a newcomer meets it: a real terminal, a real browser, an editor in another window, mistakes."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import PAGE_AND_GO, STAY, browse
from needs import needs
from sitting import SOLUTIONS, environment_of, leave, stackwalk, wait_until_gone
from terminal import terminal

pytest_plugins = ("spots",)
ONE_SAVE = """\
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

client, address = listener.accept()
"""


@pytest.mark.tmux
@pytest.mark.browser
def test_a_newcomer_is_the_server_and_then_writes_one(spot: Path, door: int) -> None:
    needs("tmux")
    workspace = spot / "my stack, größer"
    with terminal(spot) as window:
        window.run(stackwalk(f"lab 1 --port {door} --workspace '{workspace}'"), environment_of(spot), spot)
        window.wait_for("1.0 You are the server", "(nobody yet)")

        with browse(spot, f"http://localhost:{door}/", *PAGE_AND_GO) as browser:
            window.wait_for("> GET / HTTP/1.1\\r\\n", "It waits for you")
            window.type("HTTP/1.1 200OK")
            window.wait_for("A space is missing")
            window.type("HTTP/1.1 200 OK")
            window.wait_for("It is on its way")
            window.type("Hi there!")
            window.wait_for("Before the page comes an empty line")
            window.type("")
            window.type("Hi there!")
            window.wait_for("You were the server.", "1.0 You are the server: passed")
            page, _ = browser.communicate(timeout=60)
        assert "Hi there!" in page

        window.type("n")
        window.wait_for("1.1 Listen", "There is no server.py yet")
        server = workspace / "server.py"
        server.write_text(ONE_SAVE.replace('("", 8080)', '"", 8080'))
        window.wait_for("bind` takes one thing, a pair of address and port")
        server.write_text(ONE_SAVE)
        window.wait_for("listens on port", "Your program served one client and was over")
        shutil.copy(SOLUTIONS / "1-listen" / "server.py", server)
        window.wait_for("1.1 passed", "Press n to go on to 1.2")

        window.press("n")
        window.wait_for("1.2 Answer")
        shutil.copy(SOLUTIONS / "2-answer" / "server.py", server)
        window.wait_for("1.2 passed", "Press n to go on to 1.3")
        window.press("n")
        window.wait_for("1.3 Resources")
        for name in ("server.py", "index.html"):
            shutil.copy(SOLUTIONS / "3-resources" / name, workspace / name)
        window.wait_for("1.3 passed")

        with terminal(spot / "run") as beside:
            beside.run(stackwalk(f"trace localhost:{door}"), environment_of(spot), spot)
            beside.wait_for(str(door))
            with browse(spot, f"http://localhost:{door}/index.html", *STAY) as browser:
                window.wait_for("/index.html", "/main.css", "/favicon.ico")
                seen = beside.wait_for("/index.html", "/main.css", "/favicon.ico")
                browser.terminate()
                browser.communicate(timeout=60)
            assert [code in seen for code in (" 200 ", " 404 ")] == [True, True]
            beside.press("C-c")
            beside.type("echo ended: $?")
            beside.wait_for("ended: 0")

        graded = subprocess.run(
            [sys.executable, "-m", "stackwalk", "check", "1.3", "--workspace", str(workspace)],
            env=environment_of(spot), cwd=spot, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert graded.returncode == 0, graded.stdout + graded.stderr
        leave(window, spot)


@pytest.mark.tmux
@pytest.mark.parametrize("columns", [40, 100])
def test_a_lab_opens_and_ends_at_any_width(columns: int, spot: Path, door: int) -> None:
    needs("tmux")
    with terminal(spot, columns=columns) as window:
        window.run(stackwalk(f"lab 1.1 --port {door}"), environment_of(spot), spot)
        window.wait_for("1.1 Listen", "server.py")
        shutil.copy(SOLUTIONS / "1-listen" / "server.py", spot / "my-stack" / "server.py")
        window.wait_for("1.1 passed")
        window.press("s")
        window.wait_for("curl: (52)")
        leave(window, spot)


@pytest.mark.tmux
@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_can_do_less_shows_no_more(setting: dict[str, str], spot: Path, door: int) -> None:
    needs("tmux")
    with terminal(spot) as window:
        window.run(stackwalk(f"lab 1.1 --port {door}"), {**environment_of(spot), **setting}, spot)
        window.wait_for("1.1 Listen")
        shutil.copy(SOLUTIONS / "1-listen" / "server.py", spot / "my-stack" / "server.py")
        window.wait_for("1.1 passed")
        assert "\x1b" not in window.screen()
        leave(window, spot)


@pytest.mark.tmux
def test_ctrl_c_ends_a_lab_and_all_that_it_started(spot: Path, door: int) -> None:
    needs("tmux")
    with terminal(spot) as window:
        window.run(stackwalk(f"lab 1.2 --port {door}"), environment_of(spot), spot)
        window.wait_for("1.2 Answer")
        shutil.copy(SOLUTIONS / "2-answer" / "server.py", spot / "my-stack" / "server.py")
        window.wait_for("1.2 passed")
        window.press("C-c")
        window.type("echo left: $?")
        window.wait_for("left: 0")
        wait_until_gone(spot)
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("127.0.0.1", door))
