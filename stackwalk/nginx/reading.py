"""What a learner's file says, as a picture or a check needs it: who answers what, by whom, and what is logged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stackwalk.nginx.listening import DEFAULT_PORT, read_listen
from stackwalk.nginx.naming import read_authority
from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.tokens import Statement

_URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<path>.*)", re.IGNORECASE | re.DOTALL)
_METHODS = ("least_conn", "ip_hash", "hash", "random", "least_time")


@dataclass(frozen=True, slots=True)
class Peer:
    """A `server` of an upstream."""

    host: str
    port: int
    line: int
    weight: int = 1
    backup: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """An `upstream`."""

    name: str
    file: str
    line: int
    method: str  # "round robin", or the directive that says another
    peers: tuple[Peer, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A `proxy_pass`. `pool` is the upstream that its host names; a host with a variable is as typed."""

    scheme: str
    host: str
    port: int
    path: str  # "" where none was typed
    line: int
    pool: Pool | None


@dataclass(frozen=True, slots=True)
class Route:
    """A location, the outermost of its server first: what it matches and who answers."""

    kind: str  # "", "=", "^~", "~", "~*" or "@"
    path: str
    file: str
    line: int
    passed: Passed | None
    folder: str | None  # its root or alias, as typed
    returns: tuple[str, ...]  # what its `return` says


@dataclass(frozen=True, slots=True)
class Front:
    """A `server` of nginx's own."""

    ports: tuple[int, ...]
    names: tuple[str, ...]
    file: str
    line: int
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A `log_format`: its words put together, as nginx does."""

    name: str
    text: str
    file: str
    line: int

    def has(self, variable: str) -> bool:
        """Whether a variable is in it.

        >>> Format("up", "to $upstream_addr.", "nginx.conf", 1).has("upstream_addr")
        True
        """
        return re.search(rf"\$(?:{re.escape(variable)}\b|{{{re.escape(variable)}}})", self.text) is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """The whole of it, each in the order of the files."""

    fronts: tuple[Front, ...]
    pools: tuple[Pool, ...]
    formats: tuple[Format, ...]

    def hosts(self) -> tuple[str, ...]:
        """Every host that may be asked, without those of pools that nobody uses; a host once."""
        found: dict[str, None] = {}
        for front in self.fronts:
            for route in front.routes:
                passed = route.passed
                if passed is not None and passed.pool is not None:
                    found |= dict.fromkeys(peer.host for peer in passed.pool.peers)
                elif passed is not None:
                    found[passed.host] = None
        return tuple(found)


def read_shape(project: Project) -> Shape:
    """The shape of a project. What is torn or wrong in it is left out: nginx says what."""
    pools = tuple(_pools(project))
    by_name = {pool.name.lower(): pool for pool in pools}
    fronts = tuple(
        _front(project, found, by_name)
        for found in project.named("server")
        if found.path[-1:] == ("http",) and found.statement.block is not None
    )
    formats = tuple(
        Format(found.statement.values()[0], "".join(_texts(found.statement)), found.source.name, found.statement.line)
        for found in project.named("log_format")
        if len(found.statement.arguments) > 1
    )
    return Shape(fronts, pools, formats)


def _texts(statement: Statement) -> tuple[str, ...]:
    values = statement.values()[1:]
    return values[1:] if values[0].startswith("escape=") else values


def _pools(project: Project) -> Iterator[Pool]:
    for found in project.named("upstream"):
        if found.statement.block is None or not found.statement.arguments:
            continue
        inside = list(project.inside(found.source, found.statement.block))
        method = next((each.name for each in inside if each.name in _METHODS), "round robin")
        peers = tuple(peer for each in inside if each.name == "server" and (peer := _peer(each)) is not None)
        yield Pool(found.statement.values()[0], found.source.name, found.statement.line, method, peers)


def _peer(statement: Statement) -> Peer | None:
    values = statement.values()
    read = read_authority(values[0], 80) if values else None
    if read is None:
        return None
    weights = [int(each[7:]) for each in values if re.fullmatch(r"weight=[0-9]{1,6}", each, re.ASCII)]
    return Peer(*read, statement.line, (weights or [1])[-1], "backup" in values, "down" in values)


def _front(project: Project, found: Found, pools: dict[str, Pool]) -> Front:
    inside = list(project.inside(found.source, found.statement.block or ()))
    listens = [read_listen(each.arguments[0].text) for each in inside if each.name == "listen" and each.arguments]
    ports = dict.fromkeys(each.port for each in listens if each.port) or {DEFAULT_PORT: None}
    names = tuple(name for each in inside if each.name == "server_name" for name in each.values())
    routes = tuple(_routes(project, found, inside, pools))
    return Front(tuple(ports), names, found.source.name, found.statement.line, routes)


def _routes(project: Project, found: Found, inside: list[Statement], pools: dict[str, Pool]) -> Iterator[Route]:
    for each in inside:
        if each.name != "location" or each.block is None or not each.arguments:
            continue
        within = list(project.inside(found.source, each.block))
        kind, path = matched(each.values())
        folder = next((one.values()[0] for one in within if one.name in ("root", "alias") and one.arguments), None)
        returns = next((one.values() for one in within if one.name == "return"), ())
        passed = next((_passed(one, pools) for one in within if one.name == "proxy_pass" and one.arguments), None)
        yield Route(kind, path, found.source.name, each.line, passed, folder, returns)
        yield from _routes(project, found, within, pools)


def matched(values: tuple[str, ...]) -> tuple[str, str]:
    """`location` with its kind apart, whether or not a space stands between.

    >>> matched(("=", "/a")), matched(("~*^/b",)), matched(("@app",))
    (('=', '/a'), ('~*', '^/b'), ('@', 'app'))
    """
    glued = re.fullmatch(r"(=|\^~|~\*|~|@)?(.*)", "".join(values[:2]), re.DOTALL)
    return (glued[1] or "", glued[2]) if glued else ("", "")


def _passed(statement: Statement, pools: dict[str, Pool]) -> Passed | None:
    url = _URL.fullmatch(statement.values()[0])
    if url is None:
        return None
    default = 443 if url["scheme"].lower() == "https" else 80
    host, port = read_authority(url["authority"], default) or (url["authority"], default)
    return Passed(url["scheme"].lower(), host, port, url["path"], statement.line, pools.get(host.lower()))
