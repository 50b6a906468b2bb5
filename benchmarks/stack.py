"""The whole stack, nginx before two Gunicorns of three workers each, beside the same programs from a shell script.

*answers*: from the command until the first page has come through nginx, and until all is ready: each application has
answered, and `up` has said so. *reload*: from a save of nginx.conf until
`stackwalk watch` has said its verdict on 4.3, beside ending the script's programs, starting them again and asking for
the same sixteen pages. *taps*: requests of 16 clients at the same time, with a tap on every hop and without any.
Sides take turns, and only ratios within a round are compared with goals, by their median. Needs wrk.
"""

import argparse
import compileall
import contextlib
import os
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from _bench import TOP, Goal, table, timed

COMMANDS = Path(sys.executable).parent
SOLUTION = TOP / "solutions" / "4-web-server" / "3-weights"
PATIENCE = 60.0  # seconds
CONNECTIONS = 16
PAGE = "/hello/there"
UP_ALL, SCRIPT_ALL = "stackwalk up, all ready", "shell script, all answer"
UP, SCRIPT, WATCH, AGAIN = "stackwalk up", "shell script", "save to verdict", "script anew, 16 pages"
TAPPED, UNTAPPED = "16 clients, tapped", "16 clients, untapped"
SETTINGS = 'workers = 3\nbind = "127.0.0.1:8000"\n'
PLAIN = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream backend {{
    server 127.0.0.1:{one} weight=3 max_fails=0; server 127.0.0.1:{two} max_fails=0; keepalive 0;
  }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://backend; }} }}
}}
"""
# Each Gunicorn has a control socket of its own, as it has under `up`: two of one user can't share the usual one.
RUN = """
cd {workspace}
mkdir {folder}/one {folder}/two
XDG_RUNTIME_DIR={folder}/one {commands}/gunicorn --workers 3 --bind 127.0.0.1:{one} wsgi &
XDG_RUNTIME_DIR={folder}/two {commands}/gunicorn --workers 3 --bind 127.0.0.1:{two} wsgi &
exec {nginx} -p {folder}/ -e {folder}/error.log -c {folder}/nginx.conf -g 'daemon off;{user}'
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3, help="of load, a side and round")
    parser.add_argument("--smoke", action="store_true", help="one round: that it runs, not how fast")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("The load comes from wrk, which is not installed.\nInstall it (Debian: apt install wrk).")
    # As they are where stackwalk is installed; a checkout may have been told to keep none.
    compileall.compile_dir(TOP / "stackwalk", quiet=2)
    rounds, seconds = (1, 1) if options.smoke else (options.rounds, options.seconds)
    with tempfile.TemporaryDirectory(prefix="stackwalk-benchmark-") as made:
        folder = Path(made)
        ours, plain = _workspace(folder / "ours"), _workspace(folder / "plain")
        print(table(_starts(ours, plain, folder, rounds), [Goal(UP, SCRIPT, 1.3), Goal(UP_ALL, SCRIPT_ALL, 1.3)]))
        with _watching(ours) as watch:
            sides = {WATCH: watch.changed, AGAIN: lambda: _starts_script_anew(plain, folder, 16)}
            print(table(timed(sides, rounds), [Goal(WATCH, AGAIN, 0.6)]))
        _taps(ours, plain, folder, rounds, seconds)
    return 0


def _workspace(folder: Path) -> Path:
    shutil.copytree(SOLUTION, folder)
    (folder / "gunicorn.conf.py").write_text(SETTINGS)
    conf = folder / "nginx.conf"
    # Asked before it is up, neither side may count that against a server for ten seconds.
    conf.write_text(re.sub(r"(server application\d:8000[^;]*);", r"\1 max_fails=0;", conf.read_text()))
    (folder / ".stackwalk").mkdir()
    return folder


def _starts(ours: Path, plain: Path, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Of both sides the seconds until the first page, and until all is ready."""
    times: dict[str, list[float]] = {name: [] for name in (UP, SCRIPT, UP_ALL, SCRIPT_ALL)}
    for number in range(rounds + 1):
        for first, whole, side in ((UP, UP_ALL, _up(ours)), (SCRIPT, SCRIPT_ALL, _script(plain, folder))):
            with side as started:
                began = time.monotonic()
                while not started.is_whole():
                    time.sleep(0.005)
                if number:  # the first round is not counted
                    times[first].append(started.seconds)
                    times[whole].append(started.seconds + time.monotonic() - began)
    return times


def _starts_script_anew(workspace: Path, folder: Path, pages: int) -> float:
    with _script(workspace, folder) as started:
        began = time.monotonic()
        for number in range(1, pages):
            with urllib.request.urlopen(f"http://127.0.0.1:{started.port}{PAGE}{number}", timeout=PATIENCE):
                pass
        return started.seconds + time.monotonic() - began


@dataclass(frozen=True, slots=True)
class Started:
    """A side from which a page has come."""

    port: int
    seconds: float  # until then
    is_whole: Callable[[], bool]  # whether all of it is ready


@contextlib.contextmanager
def _up(workspace: Path) -> Iterator[Started]:
    port, log = _free_port(), workspace.parent / "up.log"
    command: list[str | Path] = [COMMANDS / "stackwalk", "up", "--workspace", workspace, "--port", str(port)]
    with _answering(command, port, log) as seconds:
        yield Started(port, seconds, lambda: "Ready in" in log.read_text())


@contextlib.contextmanager
def _script(workspace: Path, folder: Path) -> Iterator[Started]:
    run = Path(tempfile.mkdtemp(dir=folder))
    port, one, two = _free_port(), _free_port(), _free_port()
    (run / "nginx.conf").write_text(PLAIN.format(folder=run, port=port, one=one, two=two))
    user = " user root root;" if os.geteuid() == 0 else ""
    script = run / "run.sh"
    words = {"workspace": workspace, "commands": COMMANDS, "one": one, "two": two, "nginx": _nginx(), "folder": run}
    script.write_text(RUN.format(**words, user=user))
    with _answering(["sh", script], port, folder / "script.log") as seconds:
        yield Started(port, seconds, lambda: _has_page(one) and _has_page(two))


@contextlib.contextmanager
def _answering(command: Sequence[str | Path], port: int, log: Path) -> Iterator[float]:
    """Run a command until the block ends; the seconds until a page had come."""
    began = time.monotonic()
    with (
        log.open("wb") as said,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        ) as process,
    ):
        try:
            while not _has_page(port):
                if process.poll() is not None or time.monotonic() - began > PATIENCE:
                    sys.exit(f"{command[0]} does not answer:\n{log.read_text()}")
                time.sleep(0.005)
            yield time.monotonic() - began
        finally:
            # stackwalk ends what it has started; a script's programs are of its group.
            process.send_signal(signal.SIGINT) if "stackwalk" in str(command[0]) else os.killpg(process.pid, 9)
            process.wait(PATIENCE)


def _has_page(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


class _Watch:
    """`stackwalk watch 4.3`, whose verdicts are waited for."""

    def __init__(self, workspace: Path, process: "subprocess.Popen[bytes]") -> None:
        self._conf = workspace / "nginx.conf"
        self._process = process
        self._count = 0
        self._said = b""

    def changed(self) -> float:
        """Save nginx.conf; the seconds until the verdict has been printed."""
        self._count += 1
        text = self._conf.read_text().partition("# ")[0]
        began = time.monotonic()
        self._conf.write_text(f"{text}# {self._count}\n")
        self.wait()
        return time.monotonic() - began

    def wait(self) -> None:
        """Wait for a verdict that says "passed"."""
        stream, deadline = self._process.stdout, time.monotonic() + PATIENCE
        assert stream is not None
        while b" passed: " not in self._said:
            if not select.select([stream], [], [], max(0.0, deadline - time.monotonic()))[0]:
                sys.exit(f"`stackwalk watch` says no verdict:\n{self._said.decode()}")
            data = os.read(stream.fileno(), 65536)
            self._said += data
            if not data or b"not yet" in self._said:
                sys.exit(f"`stackwalk watch` falls short:\n{self._said.decode()}")
        self._said = b""


@contextlib.contextmanager
def _watching(workspace: Path) -> Iterator[_Watch]:
    command: list[str | Path] = [COMMANDS / "stackwalk", "watch", "4.3", "--only", "--workspace", workspace]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            watch = _Watch(workspace, process)
            watch.wait()
            yield watch
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def _taps(ours: Path, plain: Path, folder: Path, rounds: int, seconds: int) -> None:
    with _up(ours) as tapped, _script(plain, folder) as untapped:
        sides = {TAPPED: tapped.port, UNTAPPED: untapped.port}
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, port in sides.items():
                times[name].append(1.0 / _rate(port, seconds))
    for name, taken in times.items():
        print(f"{name}: {1 / statistics.median(taken):,.0f} requests a second")
    print(table(times, [Goal(TAPPED, UNTAPPED, 2.0)]))


def _rate(port: int, seconds: int) -> float:
    """Requests a second, none of them refused."""
    said = subprocess.run(
        ["wrk", "-c", str(CONNECTIONS), "-t", "1", "-d", f"{seconds}s", f"http://127.0.0.1:{port}{PAGE}"],
        capture_output=True, text=True, check=True, timeout=PATIENCE + seconds,
    ).stdout  # fmt: skip
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        sys.exit(f"wrk was not answered as it should be:\n{said}")
    return float(found[1])


def _nginx() -> Path:
    from stackwalk.stack.nginx.finding import find_nginx

    return find_nginx().path


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
