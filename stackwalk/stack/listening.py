"""The listening sockets of a process tree, read from the kernel.

Never found out by a trial connection: one that says nothing is a request to a naive server, and kills it.
"""

import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from stackwalk.stack import kin, sock_diag

_LISTEN, _UDP_BOUND = "0A", "07"  # the states of include/net/tcp_states.h


class Listener(NamedTuple):
    """One socket that takes connections (tcp) or datagrams (udp). `typed`: the port in the learner's code."""

    kind: Literal["tcp", "udp"]
    address: str
    port: int
    typed: int


def listeners_of(pids: Iterable[int], typed: Mapping[int, int]) -> tuple[Listener, ...]:
    """The listening sockets that these processes hold, IPv4 first. `typed`: real port -> typed port."""
    find = _from_linux if kin.LINUX else _from_psutil
    found = {Listener(kind, address, port, typed.get(port, port)) for kind, address, port in find(pids)}
    return tuple(sorted(found, key=lambda each: (each.kind, ":" in each.address, each.port, each.address)))


def all_listening() -> object | None:
    """What listens on this machine by TCP, to be compared with what did a moment ago: a hundred times quicker to be
    had than whose it is. None where the system does not tell."""
    return sock_diag.listening_sockets() if kin.LINUX else None


_Found = tuple[Literal["tcp", "udp"], str, int]


def _from_linux(pids: Iterable[int]) -> set[_Found]:
    """/proc/PID/fd names the inodes of a process's sockets, the kernel's tables the addresses, by network."""
    found: set[_Found] = set()
    tables: dict[str, dict[str, _Found]] = {}
    for pid in pids:
        if not (inodes := _socket_inodes(pid)):
            continue
        try:
            network = os.readlink(f"/proc/{pid}/ns/net")  # noqa: PTH115  a hot path
        except OSError:
            continue
        if network not in tables:
            tables[network] = _bound_sockets(pid, network)
        found.update(tables[network][inode] for inode in inodes & tables[network].keys())
    return found


def _socket_inodes(pid: int) -> set[str]:
    folder = f"/proc/{pid}/fd"
    inodes = set()
    try:
        for name in os.listdir(folder):  # noqa: PTH208  a hot path
            try:
                target = os.readlink(f"{folder}/{name}")  # noqa: PTH115
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    except OSError:
        return inodes
    return inodes


def _bound_sockets(pid: int, network: str) -> dict[str, _Found]:
    """inode -> socket, of the network that a process lives in."""
    streams = sock_diag.listening_sockets() if sock_diag.is_in_our_network(network) else None
    found = _from_tables(pid, "udp", _UDP_BOUND)
    if streams is None:
        return found | _from_tables(pid, "tcp", _LISTEN)
    return found | {str(inode): ("tcp", address, port) for inode, (address, port) in streams.items()}


def _from_tables(pid: int, kind: Literal["tcp", "udp"], wanted: str) -> dict[str, _Found]:
    """inode -> socket in this state, from /proc/PID/net (proc(5)): slow where many connections come and go."""
    found: dict[str, _Found] = {}
    for version in ("", "6"):
        try:
            lines = Path(f"/proc/{pid}/net/{kind}{version}").read_text("ascii", "replace").splitlines()
        except OSError:
            continue
        for line in lines[1:]:
            fields = line.split()
            if len(fields) > 9 and fields[3] == wanted:
                address, _, port = fields[1].partition(":")
                if port != "0000":
                    found[fields[9]] = (kind, _address(address), int(port, 16))
    return found


def _address(raw: str) -> str:
    """An address as the kernel prints it (words in the machine's byte order) in the usual form."""
    words = [int(raw[at : at + 8], 16) for at in range(0, len(raw), 8)]
    packed = b"".join(word.to_bytes(4, "little" if _LITTLE else "big") for word in words)
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


_LITTLE = socket.htons(1) != 1


def _from_psutil(pids: Iterable[int]) -> set[_Found]:  # macOS, not yet run
    import psutil  # takes 30 ms of each start, and Linux does without it

    found: set[_Found] = set()
    for pid in pids:
        try:
            connections = psutil.Process(pid).net_connections("inet")
        except psutil.Error:
            continue
        for each in connections:
            stream = each.type == socket.SOCK_STREAM
            if each.laddr and (each.status == psutil.CONN_LISTEN if stream else not each.raddr):
                found.add(("tcp" if stream else "udp", each.laddr.ip, each.laddr.port))
    return found
