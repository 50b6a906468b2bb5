"""HAProxy: a learner's haproxy.cfg, moved word by word; every line keeps its number. Pure.

Source: https://docs.haproxy.org/2.6/configuration.html
"""

import re
from collections.abc import Mapping

from stackwalk.fronts.names import Address, with_addresses

NAME = "HAProxy"
FILE = "haproxy.cfg"
PROGRAMS = ("haproxy",)
PACKAGE = "haproxy"

# What only a service of the system may do, or what would outlive the lab: such a line becomes a comment.
_NOT_HERE = re.compile(
    r"(?m)^(\s*)(?=(?:daemon|chroot|user|group|uid|gid|pidfile|master-worker|nbproc|stats\s+socket|ulimit-n|setenv|"
    r"presetenv|external-check|insecure-\S+|cpu-map)\b)"
)
_BIND = re.compile(r"(?m)^(\s*bind\s+)(?:[\w.*-]*|\[[0-9a-fA-F:]*\]):(\d+)(?!\d)")


def moved(text: str, services: Mapping[str, Address], port: int, typed: int = 80) -> str:
    """The file with the names of services where they are, and the door `typed` moved to a port of this machine."""

    def bind(match: re.Match[str]) -> str:
        return f"{match[1]}127.0.0.1:{port if int(match[2]) == typed else match[2]}"

    return with_addresses(_NOT_HERE.sub(r"\1# ", _BIND.sub(bind, text)), services)


def test(program: str, file: str) -> tuple[str, ...]:
    """Have it read the file and end."""
    return (program, "-c", "-f", file)


def run(program: str, file: str) -> tuple[str, ...]:
    """Have it serve, in the foreground."""
    return (program, "-db", "-q", "-f", file)


def complaint(output: str) -> tuple[str, int | None]:
    """The first thing that it says against the file, and on which line."""
    found = re.search(r"(?:parsing )?\[[^\]:]*:(\d+)\] ?: ?(.*)$", output, re.MULTILINE)
    if found is not None:
        return found[2].strip(), int(found[1])
    said = re.findall(r"\[(?:ALERT|WARNING)\][^:]*: (.*)", output)
    return (said[0] if said else output.strip().rpartition("\n")[2]), None
