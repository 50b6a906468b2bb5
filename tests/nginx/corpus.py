"""The configurations of tests/programs/nginx, and what is to be said of each.

A configuration is one file: comments that say what must come of it, an empty line, then the files of a workspace,
each after a line `==== NAME`. The comments: `outcome` (accepted or refused: whether nginx would run with it);
`finds: SEVERITY LINE [FILE]` for each thing that is said, in the order in which a learner reads them (LINE is - where
none is to blame), and after it `said` (nginx's words) and `says` (ours), as many as there are. What is not
named may not be said. `escapes`: yes, where \\xNN stands for a byte; `repeat`: how often nginx.conf is repeated;
`wide`: how many letters follow it; `link: NAME TARGET` and `folder: NAME` are made beside it; `nginx`: the oldest
version that knows what is in it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "programs" / "nginx"
NAMES = sorted(str(file.relative_to(CORPUS).with_suffix("")) for file in CORPUS.rglob("*.conf"))


@dataclass
class Finding:
    severity: str
    line: int | None
    file: str | None
    said: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)


@dataclass
class Configuration:
    files: dict[str, bytes]
    facts: dict[str, str]
    finds: list[Finding]
    links: list[tuple[str, str]]

    @property
    def needs(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.facts.get("nginx", "0").split("."))

    def lay_out(self, workspace: Path) -> None:
        workspace.mkdir(parents=True)
        for name, data in self.files.items():
            (workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (workspace / name).write_bytes(data)
        for name, target in self.links:
            (workspace / name).symlink_to(target)
        if "folder" in self.facts:
            (workspace / self.facts["folder"]).mkdir()


def read_configuration(name: str) -> Configuration:
    head, _, rest = (CORPUS / f"{name}.conf").read_bytes().partition(b"\n\n")
    facts: dict[str, str] = {}
    finds: list[Finding] = []
    links = []
    for line in head.decode().splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if colon and key == "finds":
            severity, number, *other = value.split()
            at = None if number == "-" else int(number)
            finds.append(Finding(severity, at, other[0] if other else "nginx.conf"))
        elif colon and key in ("said", "says"):
            getattr(finds[-1], key).append(value)
        elif colon and key == "link":
            links.append((value.split()[0], value.split()[1]))
        elif colon and re.fullmatch("outcome|escapes|repeat|wide|folder|nginx", key):
            facts[key] = value
    files = {}
    for part in re.split(rb"(?m)^==== ", rest)[1:]:
        file, _, data = part.partition(b"\n")
        if facts.get("escapes") == "yes":
            data = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), data)
        files[file.decode()] = data
    if "nginx.conf" in files:
        files["nginx.conf"] *= int(facts.get("repeat", "1"))
        files["nginx.conf"] += b"a" * int(facts.get("wide", "0"))
    return Configuration(files, facts, finds, links)
