"""HAProxy: a learner's haproxy.cfg, moved word by word; every line keeps its number. Pure.

Source: https://docs.haproxy.org/2.6/configuration.html
"""

import re
from collections.abc import Mapping

from stackwalk.fronts.haproxy_words import refusals
from stackwalk.fronts.names import Addresses, with_addresses

NAME = "HAProxy"
FILE = "haproxy.cfg"
PROGRAMS = ("haproxy",)
PACKAGE = "haproxy"
LISTENS = "bind *:"  # what stands before the number of a door
ASKS = re.compile(r"^\s*server\s")  # a line that names a service

_BIND = re.compile(r"(?m)^(\s*bind\s+)(\S+)")
_DOOR = re.compile(r"(?:ipv[46]@)?[^@/\s]*:(\d{1,5})(?:-\d+)?")  # of a range the first port


def ports(text: str) -> tuple[int, ...]:
    """The ports at which it would listen, each once."""
    doors = (_DOOR.fullmatch(one) for found in _BIND.finditer(text) for one in found[2].split(","))
    return tuple(dict.fromkeys(int(door[1]) for door in doors if door is not None))


def moved(text: str, addresses: Addresses, ports: Mapping[int, int]) -> str:
    """The file with the names of services where they are, and each door where `ports` has it (typed -> real)."""

    def door(address: str) -> str:
        found = _DOOR.fullmatch(address)
        return address if found is None else f"127.0.0.1:{ports.get(int(found[1]), int(found[1]))}"

    def bind(match: re.Match[str]) -> str:
        return match[1] + ",".join(door(one) for one in match[2].split(","))

    left_out = {each.line for each in refusals(text, addresses)}
    lines = text.split("\n")
    for number in left_out:
        line = lines[number - 1]
        lines[number - 1] = line[: len(line) - len(line.lstrip())] + "# " + line.lstrip()
    return with_addresses(_BIND.sub(bind, "\n".join(lines)), addresses)


def empty(text: str) -> tuple[tuple[int, str], ...]:
    """Line and name of each backend that has no server."""
    found: list[tuple[int, str]] = []
    inside = False
    for number, row in enumerate(text.split("\n"), 1):
        words = row.partition("#")[0].split()
        if words[:1] and not row[0].isspace():
            inside = words[0] == "backend" and len(words) > 1
            found += [(number, words[1])] if inside else []
        elif (
            inside
            and words[:1]
            and words[0] in ("server", "server-template", "use-server", "http-request", "errorfile")
        ):
            found.pop()
            inside = False
    return tuple(found)


def test(program: str, file: str) -> tuple[str, ...]:
    """Have it read the file and end."""
    return (program, "-c", "-f", file)


def run(program: str, file: str) -> tuple[str, ...]:
    """Have it serve, in the foreground."""
    return (program, "-db", "-f", file)


def complaint(output: str) -> tuple[str, int | None]:
    """The first thing that it says against the file, and on which line."""
    found = re.search(r"(?:parsing )?\[[^\]:]*:(\d+)\] ?: ?(.*)$", output, re.MULTILINE)
    if found is not None:
        return re.sub(r"^(?:parsing )?\[[^\]]*\] ?: ?", "", found[2].strip()), int(found[1])
    said = [one for kind in ("ALERT", "WARNING") for one in re.findall(rf"\[{kind}\][^:]*: (.*)", output)]
    return (said[0] if said else output.strip().rpartition("\n")[2]), None
