"""Who takes connections: told by the probe, read from a pipe, lost rather than waited for."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackwalk.stack.accepts import Accepts, AcceptsPipe, accepts_pipe
from stackwalk.stack.environment import ACCEPTS, learner_environment


@pytest.fixture
def pipe() -> Iterator[AcceptsPipe]:
    with accepts_pipe() as made:
        yield made


def ride(pipe: AcceptsPipe, folder: Path, source: str) -> "subprocess.Popen[str]":
    environment = {**learner_environment(folder, folder, {}), ACCEPTS: str(pipe.path)}
    return subprocess.Popen(
        [sys.executable, "-c", source], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
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
    pipe: AcceptsPipe, tmp_path: Path
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
    with accepts_pipe() as pipe:
        gone = pipe
    with ride(gone, tmp_path, SILENT) as program:
        assert program.stdout is not None
        assert program.stdout.read() == "127.0.0.1\n"
    assert program.returncode == 0


def test_a_full_pipe_holds_nobody_up(pipe: AcceptsPipe, tmp_path: Path) -> None:
    filler = os.open(pipe.path, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(filler, b"x" * 4096)
    os.close(filler)
    with ride(pipe, tmp_path, SILENT) as program:
        assert program.wait(20) == 0
    assert pipe.read() == ()


def test_what_is_no_line_of_ours_is_skipped(pipe: AcceptsPipe) -> None:
    writer = os.open(pipe.path, os.O_WRONLY)
    os.write(writer, b"accept 12\n\xff\xfe\naccept -1 5\nserve 99999999999 0\naccept 12 13 14\naccept 7 8\nacc")
    assert pipe.read() == (Accepts("accept", 7, 8),)
    os.write(writer, b"ept 9 10\n")
    assert pipe.read() == (Accepts("accept", 9, 10),)
    os.close(writer)
    assert pipe.read() == ()
