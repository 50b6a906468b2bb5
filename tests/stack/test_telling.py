"""Who takes connections: told by the probe, read from a pipe, lost rather than waited for."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackwalk.stack.environment import ACCEPTS, WRITES, learner_environment
from stackwalk.stack.telling import Accepts, TellingPipe, Wrote, telling_pipe


@pytest.fixture
def pipe() -> Iterator[TellingPipe]:
    with telling_pipe() as made:
        yield made


def ride(pipe: TellingPipe, folder: Path, source: str, which: str = ACCEPTS) -> "subprocess.Popen[str]":
    environment = {**learner_environment(folder, folder, {}), which: str(pipe.path)}
    return subprocess.Popen(
        [sys.executable, "-c", source],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


FORKED = """
import os, socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
child = os.fork()
if not child:
    print(os.getpid(), flush=True)
    s.setblocking(True)
    s.accept()[0].close()
    os._exit(0)
os.waitpid(child, 0)
"""


def test_the_process_that_took_a_connection_is_told_with_the_port_that_it_came_from(
    pipe: TellingPipe, tmp_path: Path
) -> None:
    with ride(pipe, tmp_path, FORKED) as program:
        assert program.stdout is not None
        port, child = int(program.stdout.readline()), int(program.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            mine = client.getsockname()[1]
            assert client.recv(1) == b""
        assert program.wait(10) == 0
    assert pipe.read() == (
        Accepts("listen", program.pid),
        Accepts("serve", child),
        Accepts("accept", child, mine),
    )


SILENT = """
import socket
s = socket.create_server(("127.0.0.1", 0))
with socket.create_connection(s.getsockname()):
    print(s.accept()[1][0])
"""


def test_without_a_reader_a_program_runs_as_ever(tmp_path: Path) -> None:
    with telling_pipe() as pipe:
        gone = pipe
    with ride(gone, tmp_path, SILENT) as program:
        assert program.stdout is not None
        assert program.stdout.read() == "127.0.0.1\n"
    assert program.returncode == 0


def test_a_full_pipe_holds_nobody_up(pipe: TellingPipe, tmp_path: Path) -> None:
    filler = os.open(pipe.path, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(filler, b"x" * 4096)
    os.close(filler)
    with ride(pipe, tmp_path, SILENT) as program:
        assert program.wait(20) == 0
    assert pipe.read() == ()


def test_what_is_no_line_of_ours_is_skipped(pipe: TellingPipe) -> None:
    writer = os.open(pipe.path, os.O_WRONLY)
    os.write(writer, b"accept 12\n\xff\xfe\naccept -1 5\nserve 99999999999 0\naccept 12 13 14\naccept 7 8\nacc")
    assert pipe.read() == (Accepts("accept", 7, 8),)
    os.write(writer, b"ept 9 10\n")
    assert pipe.read() == (Accepts("accept", 9, 10),)
    os.close(writer)
    assert pipe.read() == ()


WRITES_FILES = """
import os, pathlib
pathlib.Path("page.html").write_text("x")
open("page.html").read()
open("app 100%.py", "a").close()
open("new", "w").close()
os.replace("new", os.path.abspath("moved.css"))
open(os.devnull, "w").close()
os.mkdir("__pycache__")
open("__pycache__/x.pyc", "wb").close()
if not os.fork():
    open(b"child.js", "wb").close()
    os._exit(0)
os.wait()
"""


def test_files_that_a_program_writes_below_its_folder_are_told(pipe: TellingPipe, tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    before = time.time_ns()
    with ride(pipe, folder, WRITES_FILES, WRITES) as program:
        assert program.wait(20) == 0
    told = [one for one in pipe.read() if isinstance(one, Wrote)]
    assert [one.path for one in told] == [
        str(folder / name) for name in ("page.html", "app 100%.py", "new", "moved.css", "child.js")
    ]
    assert all(before <= one.at <= time.time_ns() for one in told)
    assert [one.pid == program.pid for one in told] == [True, True, True, True, False]


def test_a_name_with_a_line_end_is_one_name(pipe: TellingPipe, tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    with ride(pipe, folder, r"open('a\nwrote 1 2 b', 'w')", WRITES) as program:
        assert program.wait(20) == 0
    (told,) = pipe.read()
    assert isinstance(told, Wrote)
    assert told.path == str(folder / "a\nwrote 1 2 b")
