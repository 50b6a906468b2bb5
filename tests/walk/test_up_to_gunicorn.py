"""One workspace, from lab 1 to lab 3, typed step by step and with slips, at a real terminal on real servers."""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from browsing import PAGE_AND_GO, STAY, browse
from needs import needs
from sitting import SOLUTIONS, environment_of, leave, stackwalk, wait_until_gone
from terminal import Terminal, terminal

from stackwalk.course.folders import find_course

pytest_plugins = ("spots",)
pytestmark = pytest.mark.tmux

PATIENCE = 90.0  # seconds; the machine may be busy
WORKERS = 3  # of step 3.2
COURSE = SOLUTIONS.parent


@contextmanager
def lab(words: str, spot: Path, door: int) -> Iterator[Terminal]:
    needs("tmux")
    with terminal(spot, columns=300, lines=40) as window:
        window.run(stackwalk(f"lab {words} --port {door}"), environment_of(spot), spot)
        yield window


def put(spot: Path, step: str, *names: str, slip: tuple[str, str] | None = None) -> None:
    """Save files as the step's solution has them, or with a slip in them."""
    (folder,) = COURSE.glob(f"*/{step}")
    for name in names:
        text = (folder / name).read_text(encoding="utf-8")
        if slip is not None:
            assert slip[0] in text
            text = text.replace(*slip)
        target = spot / "my-stack" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def served_in(workspace: Path, command: str) -> list[psutil.Process]:
    """The processes of that command that run in the learner's own folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if command in " ".join(process.cmdline()) and process.cwd() == str(workspace):
                found.append(process)
    return found


def a_worker_at_rest(window: Terminal) -> str:
    """The number of a worker of three that are all there and idle, by the picture of this moment."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        window.press("v")
        picture = re.split(r"(?m)^clients\s*$", window.wait_for("└ ", seconds=PATIENCE))[-1]
        workers = re.findall(r"[├└] (\d+)  idle", picture)
        if len(workers) == WORKERS and all(psutil.pid_exists(int(worker)) for worker in workers):
            return str(workers[-1])
        select.select([], [], [], 0.1)
    raise AssertionError(f"there are never {WORKERS} idle workers in the picture:\n{window.screen()}")


def passed(window: Terminal, step: str) -> None:
    window.wait_for(f"{step} passed", seconds=PATIENCE)


def test_the_framework_typed_with_slips(spot: Path, door: int) -> None:
    shutil.copytree(SOLUTIONS / "3-resources", spot / "my-stack")
    with lab("2", spot, door) as window:
        window.wait_for("2.1 Package", "There is no service.py yet", seconds=PATIENCE)
        put(spot, "1-package", "app/routes.py")
        top = (
            "application = Flask(__name__)\n\nfrom app import routes",
            "from app import routes\n\napplication = Flask(__name__)",
        )
        put(spot, "1-package", "app/__init__.py", slip=top)
        put(spot, "1-package", "service.py")
        window.wait_for("partially initialized", "be the last one of app/__init__.py", seconds=PATIENCE)
        put(spot, "1-package", "app/__init__.py")
        passed(window, "2.1")
        window.press("s")
        window.wait_for("Hello, world!", "Server: Werkzeug", seconds=PATIENCE)
        window.press("n")
        window.wait_for("2.2 Routes")
        put(spot, "2-routes", "app/routes.py", slip=("escape(name)", "name"))
        window.wait_for("a browser obeys it", seconds=PATIENCE)
        put(spot, "2-routes", "app/routes.py")
        passed(window, "2.2")
        window.press("n")
        window.wait_for("2.3 Methods")
        put(spot, "3-methods", "app/routes.py", slip=(", code=303", ""))
        window.wait_for("redirect says 302 unless", seconds=PATIENCE)
        put(spot, "3-methods", "app/routes.py")
        passed(window, "2.3")
        leave(window, spot)


def test_a_taken_port_of_flask_is_named_with_what_a_mac_may_have_there(spot: Path, door: int) -> None:
    needs("tmux")
    shutil.copytree(COURSE / "2-framework" / "1-package", spot / "my-stack")
    for name in ("labs", "solutions"):
        shutil.copytree(find_course() / name, spot / "course" / name)
    settings = spot / "course" / "labs" / "2-framework" / "lab.toml"
    settings.write_text(settings.read_text().replace("port = 5000", f"port = {door}"))
    with socket.create_server(("127.0.0.1", door)), terminal(spot, columns=400, lines=40) as window:
        window.run(stackwalk("lab 2 --from course"), environment_of(spot), spot)
        window.wait_for(f"Port {door} is taken by", f"(process {os.getpid()})", "AirPlay Receiver", seconds=PATIENCE)
        window.press("q")
        window.wait_for("To go on: stackwalk lab 2 --from course", seconds=PATIENCE)
    wait_until_gone(spot)


@pytest.mark.browser
def test_a_browser_gets_the_page_its_style_sheet_and_no_icon(spot: Path, door: int) -> None:
    shutil.copytree(COURSE / "2-framework" / "3-methods", spot / "my-stack")
    with lab("2.4", spot, door) as window:
        window.wait_for("2.4 Templates", "service.py listens", seconds=PATIENCE)
        names = ("app/templates/index.html", "app/static/style.css", "app/routes.py")
        put(spot, "4-templates", *names)
        passed(window, "2.4")
        with browse(spot, f"http://localhost:{door}/", *PAGE_AND_GO) as browser:
            page, _ = browser.communicate(timeout=PATIENCE)
        assert "Hello, world!" in page
        with browse(spot, f"http://localhost:{door}/", *STAY) as browser:
            seen = window.wait_for("/static/style.css", "/favicon.ico", seconds=PATIENCE)
            browser.terminate()
            browser.communicate(timeout=PATIENCE)
        style = next(line for line in seen.splitlines() if line.startswith("GET") and "/static/style.css" in line)
        assert " 200 " in style and " text/css " in style
        icon = next(line for line in seen.splitlines() if line.startswith("GET") and "/favicon.ico" in line)
        assert " 404 " in icon
        # A style sheet is read anew for each request: the server that runs is kept, and the checks see it.
        (server,) = served_in(spot / "my-stack", "--app service run")
        (spot / "my-stack" / "app" / "static" / "style.css").write_text("h1 { color: teal }\n", encoding="utf-8")
        window.press("l")
        window.wait_for("2.4 Templates", seconds=PATIENCE)
        assert served_in(spot / "my-stack", "--app service run") == [server]
        leave(window, spot)


def test_gunicorn_typed_with_slips_and_a_worker_killed(spot: Path, door: int) -> None:
    shutil.copytree(COURSE / "2-framework" / "6-tests", spot / "my-stack")
    with lab("3", spot, door) as window:
        window.wait_for("3.1 WSGI", "There is no wsgi.py yet", seconds=PATIENCE)
        put(spot, "1-wsgi", "wsgi.py", slip=("import application", "import application as app"))
        window.wait_for("nothing there is called that", seconds=PATIENCE)
        put(spot, "1-wsgi", "wsgi.py")
        passed(window, "3.1")
        window.press("n")
        window.wait_for("3.2 Workers")
        put(spot, "2-workers", "app/routes.py", slip=("getpid", "getppid"))
        window.wait_for("That is the master", seconds=PATIENCE)
        put(spot, "2-workers", "app/routes.py")
        passed(window, "3.2")
        told = a_worker_at_rest(window)
        os.kill(int(told), signal.SIGKILL)
        window.wait_for(f"gunicorn: {told} ended", seconds=PATIENCE)
        with urllib.request.urlopen(f"http://localhost:{door}/pid", timeout=PATIENCE) as page:
            answer = page.read().decode()
        window.wait_for(f" pid {answer}", seconds=PATIENCE)
        window.press("n")
        window.wait_for("3.3 Bare", "There is no bare.py yet", seconds=PATIENCE)
        put(spot, "3-bare", "bare.py", slip=("[body.encode()]", "[body]"))
        window.wait_for("holds text (str)", seconds=PATIENCE)
        put(spot, "3-bare", "bare.py")
        passed(window, "3.3")
        leave(window, spot)
    wait_until_gone(spot)
