"""What is wrong with a learner's file for such a server: by its own words, or before it is asked. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType

from stackwalk.fronts import haproxy, httpd
from stackwalk.fronts.haproxy_words import refusals
from stackwalk.fronts.names import Addresses, strangers, with_names

_LAST_LINE = "Missing LF on last line"
_FILES_WANTED = re.compile(r"Cannot raise FD limit to (\d+)")
_UNKNOWN_MODULE = re.compile(r"module named '([\w.]+)': module not registered")
_POLICIES = "http.reverse_proxy.selection_policies."
POLICIES = (  # of Caddy 2.6, the oldest that is still installed
    "random", "random_choose", "least_conn", "round_robin", "first", "ip_hash", "uri_hash", "header", "cookie",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on a file. `said` are the server's own words, "" where it is silent."""

    line: int | None
    said: str
    means: str
    try_this: str

    def told(self, kind: ModuleType) -> str:
        """All of it but the advice, with its place, for one who reads nothing else."""
        where = kind.FILE if self.line is None else f"{kind.FILE}, line {self.line}"
        said = f"{kind.NAME} says: {self.said}" if self.said else ""
        return " ".join([f"{where}:", *(one for one in (said, self.means) if one)])


def complained(kind: ModuleType, output: str, typed: str, addresses: Addresses, ports: Mapping[int, int]) -> Remark:
    """What it has said against its moved file, with the learner's names, doors and lines."""
    said, line = kind.complaint(output)
    said = with_names(said, addresses, ports).rstrip(".") or "it failed without a word"
    if line is not None and line > typed.count("\n") + 1:
        line = None  # of a file of ours
    means, try_this = _explained(said)
    said = re.sub(r"^getting module named '[^']*': ", "", said)
    return Remark(line, f"{said}.", means, try_this or f"Mend it in {kind.FILE}, and save.")


def unknown(kind: ModuleType, typed: str, addresses: Addresses) -> Iterator[Remark]:
    """Names and ports that are asked, and of which there is no service; and what leads out of this lab."""
    if kind is haproxy:
        refused = (one for one in refusals(typed, addresses) if one.means)
        yield from (Remark(one.line, "", one.means, one.try_this) for one in refused)
    for line, name, port in strangers(typed, addresses, kind.ASKS):
        known = [one for one in addresses if one.rpartition(":")[0] == name.lower()]
        if known:
            there = known[0].rpartition(":")[2]
            yield Remark(line, "", f"{name} listens on port {there}, and not on {port}.", f"Write {known[0]}.")
        else:
            yield Remark(line, "", f"No service is called {name} here.", f"There are {', '.join(addresses)}.")


def doors(kind: ModuleType, typed: str, ports: tuple[int, ...], port: int) -> Iterator[Remark]:
    """Clients come to `port`, and it would listen elsewhere. ports: where it would."""
    if port in ports:
        return
    there = " and ".join(map(str, ports)) or "no port"
    opens = re.escape(kind.LISTENS.split()[0])
    typed_doors = re.compile(rf"(?i)^[^#]*?{opens}.*?(?<!\d)(?:{'|'.join(map(str, ports)) or '(?!)'})(?!\d)")
    line = next((number for number, row in enumerate(typed.split("\n"), 1) if typed_doors.match(row)), None)
    more = " A host's name alone means https, on port 443, to Caddy." if 443 in ports and kind.NAME == "Caddy" else ""
    yield Remark(
        line, "", f"{kind.NAME} listens on {there} with this file, and clients come to port {port}.{more}",
        f"Let it listen on port {port}: {kind.LISTENS}{port}",
    )  # fmt: skip


def silent(kind: ModuleType, typed: str, addresses: Addresses) -> Iterator[Remark]:
    """What it takes without a word, and is most likely not what was meant."""
    for line, path, target in httpd.glued(typed) if kind is httpd else ():
        yield Remark(
            line, "", f"Apache puts what follows {path} straight behind {target}: a slash too few, or too many.",
            "Both end with a slash, or neither does.",
        )  # fmt: skip
    for line, name in haproxy.empty(typed) if kind is haproxy else ():
        yield Remark(line, "", f"The backend {name} has no server, so HAProxy answers 503 by itself.",
            "server application1 application1:8000")  # fmt: skip
    ports = "|".join(sorted({one.rpartition(":")[2] for one in addresses}))
    itself = re.compile(rf"^[^#]*?(?<![\w.-])(localhost|127\.0\.0\.1):({ports or '(?!)'})(?!\d)")
    for line, row in enumerate(typed.split("\n"), 1):
        if (found := itself.match(row)) is not None and kind.ASKS.search(row):
            yield Remark(
                line, "", f"{found[1]} is the machine that {kind.NAME} itself is on, and nobody else is there.",
                f"Write the name of a service: {' or '.join(addresses)}.",
            )  # fmt: skip


def _explained(said: str) -> tuple[str, str]:
    """What the server's words mean where they do not say it themselves, and what to try."""
    wanted = _FILES_WANTED.search(said)
    if wanted is not None:
        return (
            f"Two open files for each connection make {wanted[1]}, more than this machine gives one program.",
            "Take a smaller maxconn, or leave it out.",
        )
    if _LAST_LINE in said:
        return "The last line of the file has no line end.", "Press Enter at its end, and save."
    module = _UNKNOWN_MODULE.search(said)
    if module is None:
        return "", ""
    name = module[1].removeprefix(_POLICIES)
    if name == module[1]:
        return "The Caddy of this machine has nothing of that name: it is misspelt, or of a later version.", ""
    near = get_close_matches(name, POLICIES, n=1, cutoff=0.85)
    return (
        f"The Caddy of this machine knows no lb_policy {name}: it is misspelt, or of a later version.",
        f"Is {near[0]} meant?" if near else "Name one of several upstreams more often than the others: that is its "
        "weight with round_robin, in any version.",
    )  # fmt: skip
