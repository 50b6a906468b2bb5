"""Ready is a listening socket in the program's tree, read from the kernel: no trial connection is made."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import PATIENT, Bench, bench, said, until

from stackwalk.stack import sock_diag
from stackwalk.stack.environment import free_port, learner_environment
from stackwalk.stack.limits import Ending
from stackwalk.stack.listening import Listener, listeners_of

START = "import os, signal, socket, sys, time\nsignal.alarm(60)\n"
STAY = "\nprint('up'); time.sleep(60)"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def listening(address: str, port: int, family: str = "AF_INET") -> str:
    return f"door = socket.socket(socket.{family}); door.bind(({address!r}, {port})); door.listen()\n"


# What is typed, and what the kernel then has (every address becomes this machine's own).
PLACES = {
    "127.0.0.1": (listening("127.0.0.1", 8080), {("tcp", "127.0.0.1", 8080)}),
    "0.0.0.0": (listening("0.0.0.0", 8080), {("tcp", "127.0.0.1", 8080)}),
    "no address": (listening("", 8080), {("tcp", "127.0.0.1", 8080)}),
    "::1": (listening("::1", 8080, "AF_INET6"), {("tcp", "::1", 8080)}),
    "::": (listening("::", 8080, "AF_INET6"), {("tcp", "::1", 8080)}),
    "another of this machine": (listening("127.0.0.5", 8080), {("tcp", "127.0.0.5", 8080)}),
    "UDP": (
        "door = socket.socket(type=socket.SOCK_DGRAM); door.bind(('127.0.0.1', 8080))\n",
        {("udp", "127.0.0.1", 8080)},
    ),
    "bound, and not listening": ("door = socket.socket(); door.bind(('127.0.0.1', 8080))\n", set()),
    "UDP that only sends": ("door = socket.socket(type=socket.SOCK_DGRAM); door.connect(('127.0.0.1', 9))\n", set()),
    "a Unix socket": ("door = socket.socket(socket.AF_UNIX); door.bind('door'); door.listen()\n", set()),
    "in a child": (
        "if os.fork() == 0:\n    " + listening("127.0.0.1", 8080) + "    time.sleep(60)\ntime.sleep(0.2)\n",
        {("tcp", "127.0.0.1", 8080)},
    ),
    "in a child of a session of its own": (
        "if os.fork() == 0:\n    os.setsid()\n    " + listening("::1", 8080, "AF_INET6") + "    time.sleep(60)\n"
        "time.sleep(0.2)\n",
        {("tcp", "::1", 8080)},
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_where_it_listens_is_seen(here: Bench, place: str) -> None:
    source, expected = PLACES[place]
    program = here.begin(START + source + STAY, moved={8080: free_port()})
    assert said(program, "up")
    assert {(each.kind, each.address, each.typed) for each in program.listeners()} == expected


def test_several_are_seen_ipv4_first(here: Bench) -> None:
    moved = {8080: free_port(), 8081: free_port()}
    source = listening("::1", 8080, "AF_INET6") + listening("127.0.0.1", 8080).replace("door", "second")
    source += listening("127.0.0.1", 8081).replace("door", "third")
    program = here.begin(START + source + STAY, moved=moved)
    assert said(program, "up")
    found = program.listeners()
    assert [(each.address, each.typed) for each in found][-1] == ("::1", 8080)
    assert set(found) == {
        Listener("tcp", "127.0.0.1", moved[8080], 8080),
        Listener("tcp", "127.0.0.1", moved[8081], 8081),
        Listener("tcp", "::1", moved[8080], 8080),
    }


def test_the_wait_ends_once_it_listens(here: Bench) -> None:
    port = free_port()
    program = here.begin(START + "time.sleep(0.3)\n" + listening("", 8080) + STAY, moved={8080: port})
    assert program.await_listening(8080, PATIENT) == Listener("tcp", "127.0.0.1", port, 8080)


def test_the_wait_is_not_for_another_port_or_udp(here: Bench) -> None:
    source = listening("127.0.0.1", 8000) + PLACES["UDP"][0].replace("door", "other")
    program = here.begin(START + source + STAY, moved={8080: free_port(), 8000: free_port()})
    assert said(program, "up")
    assert program.await_listening(8080, 0.05) is None
    assert {(each.kind, each.typed) for each in program.listeners()} == {("tcp", 8000), ("udp", 8080)}


def test_the_wait_ends_when_the_program_ends(here: Bench) -> None:
    program = here.begin("raise SystemExit(4)")
    assert program.await_listening(8080, PATIENT) == Ending(4, None)


def test_one_on_ipv6_alone_is_ready(here: Bench) -> None:
    port = free_port()
    program = here.begin(START + listening("::1", 8080, "AF_INET6") + STAY, moved={8080: port})
    assert program.await_listening(8080, PATIENT) == Listener("tcp", "::1", port, 8080)


def test_one_that_opens_ipv6_first_is_met_on_ipv4(here: Bench) -> None:
    port = free_port()
    source = (
        "import asyncio\nasync def main():\n"
        "    await asyncio.start_server(print, 'localhost', 8080)\n    await asyncio.sleep(60)\n"
    )
    program = here.begin(START + source + "asyncio.run(main())", moved={8080: port})
    assert program.await_listening(8080, PATIENT) == Listener("tcp", "127.0.0.1", port, 8080)


def test_nothing_connects_to_find_out(here: Bench) -> None:
    source = START + listening("127.0.0.1", 8080) + "door.settimeout(1)\nprint('up')\nprint(door.accept())"
    program = here.begin(source, moved={8080: free_port()})
    assert program.await_listening(8080, PATIENT) is not None
    assert program.wait(PATIENT) == Ending(1, None)
    assert "TimeoutError" in program.output.text()


def test_a_stranger_on_the_same_port_is_not_taken_for_it(here: Bench) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", START + listening("127.0.0.1", port) + "print('up', flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE,
    ) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"up\n"
        program = here.begin("import time; print('up'); time.sleep(60)", moved={8080: port})
        assert said(program, "up")
        assert program.listeners() == ()
        stranger.kill()


def test_a_socket_closed_again_is_seen_to_be(here: Bench) -> None:
    program = here.begin(
        START
        + listening("127.0.0.1", 8080)
        + "print('up'); time.sleep(0.1); door.close(); print('closed'); time.sleep(60)",
        moved={8080: free_port()},
    )
    assert program.await_listening(8080, PATIENT) is not None
    assert said(program, "closed")
    assert until(lambda: program.listeners() == ())


def test_one_in_a_network_of_its_own_is_seen(here: Bench) -> None:
    unshare = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel gives no network namespace")
    (here.folder / "program.py").write_text(
        "import _socket, time\n" + listening("0.0.0.0", 8080).replace("socket.", "_socket.") + STAY
    )
    program = here.guardian.launch(
        [*unshare, sys.executable, "program.py", here.word],
        cwd=here.folder,
        environment=learner_environment(here.folder, here.folder / "run", {}),
    )
    assert program.await_listening(8080, PATIENT) == Listener("tcp", "0.0.0.0", 8080, 8080)


def test_both_ways_to_ask_the_kernel_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel does not answer, its tables are read."""
    with (
        socket.create_server(("127.0.0.1", 0)),
        socket.create_server(("::1", 0), family=socket.AF_INET6),
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True),
        socket.create_server(("0.0.0.0", 0)),
        socket.socket() as bound,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
    ):
        bound.bind(("127.0.0.1", 0))
        datagrams.bind(("127.0.0.1", 0))
        asked = listeners_of([os.getpid()], {})
        assert {"127.0.0.1", "::1", "::", "0.0.0.0"} == {each.address for each in asked if each.kind == "tcp"}
        monkeypatch.setattr(sock_diag, "listening_sockets", lambda: None)
        assert listeners_of([os.getpid()], {}) == asked


@pytest.mark.skipif(sys.platform != "linux", reason="macOS reads the sockets with psutil")
def test_linux_does_without_psutil() -> None:
    source = "import sys, stackwalk.stack.launch; print('psutil' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, check=True).stdout == b"False\n"
