"""The door, and who has it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stackwalk.errors import StackwalkError
from stackwalk.tap import door as door_module
from stackwalk.tap.door import DoorTaken, holder, is_listened_on, next_free_port, open_door
from stackwalk.tap.tapping import tapping

HAS_IPV6 = Path("/proc/net/if_inet6").exists() and "00000000000000000000000000000001" in (
    Path("/proc/net/if_inet6").read_text()
)


def test_a_door_is_open_on_loopback() -> None:
    door = open_door(0)
    try:
        assert door.addresses == (("127.0.0.1", "::1") if HAS_IPV6 else ("127.0.0.1",))
        for address in door.addresses:
            socket.create_connection((address, door.port), 5).close()
    finally:
        door.close()


def test_a_machine_without_ipv6_has_a_door_too(monkeypatch: pytest.MonkeyPatch) -> None:
    real = door_module._listen

    def listen(family: int, address: str, port: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(99, "Cannot assign requested address")
        return real(family, address, port)

    monkeypatch.setattr(door_module, "_listen", listen)
    door = open_door(0)
    door.close()
    assert door.addresses == ("127.0.0.1",)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", *(["::1", "::"] if HAS_IPV6 else [])])
def test_a_door_that_somebody_listens_at_is_taken(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(DoorTaken) as problem:
            open_door(port)
    assert problem.value.port == port and not problem.value.resting
    assert problem.value.holder is not None and problem.value.holder.pid == os.getpid()
    assert f"(process {os.getpid()}) listens there." in problem.value.what
    assert f"`kill {os.getpid()}`" in problem.value.try_this


def test_the_holder_is_named_by_its_command() -> None:
    program = "import socket; s = socket.create_server(('127.0.0.1', 0));print(s.getsockname()[1], flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        found = holder(port)
        other.communicate(b"\n")
    assert found is not None and found.pid == other.pid
    assert found.command.startswith(f"{Path(sys.executable).name} -c import socket")
    assert len(found.command) == 60


def test_a_tap_that_holds_a_door_is_named_by_who_started_it() -> None:
    with tapping(port=0, target=None) as tap:
        found = holder(tap.port)
    assert found is not None and found.pid == os.getpid() and found.taps


def test_nobody_holds_a_free_port() -> None:
    assert holder(next_free_port(20000)) is None


def test_a_port_that_waits_out_its_last_connections_is_not_taken() -> None:
    first = open_door(0)
    with socket.create_connection(("127.0.0.1", first.port), 5) as client:
        server, _ = first.sockets[0].accept()
        server.close()  # it ends first: its side waits
        assert client.recv(1) == b""
    first.close()
    open_door(first.port).close()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone refuses such a port")
def test_a_port_that_a_program_without_reuse_left_rests_and_nobody_is_blamed() -> None:
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            server, _ = first.accept()
            server.close()
            assert client.recv(1) == b""
    with pytest.raises(DoorTaken) as problem:
        open_door(port)
    assert problem.value.resting and problem.value.holder is None
    assert "nobody listens there" in problem.value.what
    assert "Wait a minute" in problem.value.try_this


def test_the_next_free_port_leaves_out_what_is_taken() -> None:
    door = open_door(0)
    try:
        found = next_free_port(door.port - 1)
    finally:
        door.close()
    assert found > door.port


def test_beyond_the_last_port_nothing_is_free() -> None:
    with pytest.raises(StackwalkError, match="No port above 65535 is free"):
        next_free_port(65535)


def test_an_address_that_is_not_ours_can_not_be_listened_on() -> None:
    with pytest.raises(StackwalkError, match=r"Nothing can listen on 192\.0\.2\.1 port 8080"):
        open_door(8080, "192.0.2.1")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open any port")
def test_a_port_of_the_administrator_says_so() -> None:
    with pytest.raises(StackwalkError, match="those below 1024 are for the system's administrator"):
        open_door(81)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc/net")
@pytest.mark.parametrize("host", ["127.0.0.1", *(["::1"] if HAS_IPV6 else [])])
def test_whether_somebody_listens(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listening:
        port = listening.getsockname()[1]
        assert is_listened_on(port) is True
        with socket.create_connection((host, port)):
            listening.close()
            assert is_listened_on(port) is False
