"""Which server and which location nginx takes for a request, and why: its rules, followed over a learner's file. Pure.

Sources: nginx.org, ngx_http_core_module (`location`, `listen`) and "How nginx processes a request".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from stackwalk.nginx.listening import DEFAULT_PORT, read_listen
from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.reading import matched
from stackwalk.nginx.tokens import Statement


@dataclass(frozen=True, slots=True)
class Place:
    """A location of a server: what it is for, and what stands in it."""

    kind: str  # "", "=", "^~", "~" or "~*"
    path: str
    found: Found
    inside: tuple[Statement, ...]  # with what is included in it

    @property
    def line(self) -> int:
        return self.found.statement.line

    @property
    def title(self) -> str:
        """As typed: "location = /"."""
        return " ".join(word.text for word in self.found.statement.words)

    def first(self, *names: str) -> Statement | None:
        """The first of these directives in it."""
        return next((each for each in self.inside if each.name in names), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """What nginx does with one request."""

    server: Found
    names: tuple[str, ...]  # of that server
    by_name: bool  # whether one of its names fits; False: it is the first, or the default one, of its port
    others: tuple[Found, ...]  # the other servers of the port
    returns: Statement | None  # a `return` of the server itself, which comes before all locations
    location: Place | None  # None: none fits, or it does not come to them
    places: tuple[Place, ...]  # all locations that stand directly in the server


def normal_path(target: str) -> str:
    """A request's target as locations are compared with it: unquoted, without `.`, `..`, doubled slashes and query.

    >>> normal_path("/a//b/../%63?d=e"), normal_path("/a/..")
    ('/a/c', '/')
    """
    path = re.sub(r"/{2,}", "/", unquote(target.partition("?")[0], errors="replace"))
    done: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == ".." and done:
            done.pop()
        elif part not in (".", "..", ""):
            done.append(part)
    ends = "/" if done and parts[-1] in ("", ".", "..") else ""
    return "/" + "/".join(done) + ends


def choose(project: Project, host: str, path: str, port: int = DEFAULT_PORT) -> Choice | None:
    """What nginx takes for a request, by its Host header and its normal_path().

    None where it can't be told: no server listens there, or an expression in the file is none that Python reads.
    """
    servers = [
        each for each in project.named("server") if each.path[-1:] == ("http",) and each.statement.block is not None
    ]
    here = [each for each in servers if port in _ports(project, each)]
    if not here:
        return None
    try:
        named = _by_name(project, here, host)
        server = named or next((each for each in here if _is_default(project, each, port)), here[0])
        inside = tuple(project.inside(server.source, server.statement.block or ()))
        places = tuple(_places(project, server, inside))
        returns = next((each for each in inside if each.name == "return"), None)
        location = None if returns is not None else _find(project, places, path)[0]
    except re.error:
        return None
    others = tuple(each for each in here if each is not server)
    return Choice(server, names_of(project, server), named is not None, others, returns, location, places)


def names_of(project: Project, server: Found) -> tuple[str, ...]:
    """The names of a server, in small letters."""
    inside = project.inside(server.source, server.statement.block or ())
    return tuple(name.lower() for each in inside if each.name == "server_name" for name in each.values())


def bare_host(host: str) -> str:
    """A Host header as names are compared with it: in small letters, without its port and a dot at its end.

    >>> bare_host("Secure.localhost:8080")
    'secure.localhost'
    """
    return re.sub(r":\d*$", "", host.lower()).rstrip(".")


def _listens(project: Project, server: Found) -> Iterator[tuple[int, tuple[str, ...]]]:
    for each in project.inside(server.source, server.statement.block or ()):
        if each.name == "listen" and each.arguments:
            yield read_listen(each.arguments[0].text).port, each.values()


def _ports(project: Project, server: Found) -> set[int]:
    return {port for port, _ in _listens(project, server)} or {DEFAULT_PORT}


def _is_default(project: Project, server: Found, port: int) -> bool:
    return any(port == at and {"default_server", "default"} & set(words) for at, words in _listens(project, server))


def _by_name(project: Project, servers: list[Found], host: str) -> Found | None:
    """The server that a name of fits: the whole name, then *.name, then name.*, then an expression."""
    wanted = bare_host(host)
    pairs = [(name, each) for each in servers for name in names_of(project, each) or ("",)]
    for name, server in pairs:
        if name == wanted or (name.startswith(".") and name[1:] == wanted):
            return server
    ends = [(name.removeprefix("*"), each) for name, each in pairs if name.startswith(("*.", "."))]
    begins = [(name.removesuffix("*"), each) for name, each in pairs if name.endswith(".*")]
    for fitting in (
        [(name, each) for name, each in ends if wanted.endswith(name)],
        [(name, each) for name, each in begins if wanted.startswith(name)],
    ):
        if fitting:
            return max(fitting, key=lambda pair: len(pair[0]))[1]
    expressions = ((name, each) for name, each in pairs if name.startswith("~"))
    return next((each for name, each in expressions if re.search(name[1:], wanted, re.IGNORECASE)), None)


def _places(project: Project, around: Found, inside: Iterable[Statement]) -> Iterator[Place]:
    """The locations among some directives, those of included files as well."""
    for each in inside:
        if each.name == "location" and each.block is not None and each.arguments:
            kind, path = matched(each.values())
            if kind != "@":
                found = _found(project, around, each)
                yield Place(kind, path, found, tuple(project.inside(found.source, each.block)))


def _found(project: Project, around: Found, statement: Statement) -> Found:
    """A statement with the file that it stands in."""
    for source in (around.source, *project.sources):
        if any(each is statement for each in _all_of(source.conf.statements)):
            return Found(source, (), statement)
    return Found(around.source, (), statement)


def _all_of(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    for each in statements:
        yield each
        yield from _all_of(each.block or ())


def _find(project: Project, places: tuple[Place, ...], path: str) -> tuple[Place | None, bool]:
    """The location, and whether the search ends with it: one with = or an expression."""
    exact = next((each for each in places if each.kind == "=" and each.path == path), None)
    if exact is not None:
        return exact, True
    chosen = max(
        (each for each in places if each.kind in ("", "^~") and path.startswith(each.path)),
        key=lambda each: len(each.path),
        default=None,
    )
    outer = chosen
    if outer is not None:
        inner, ends = _within(project, outer, path)
        chosen = inner or chosen
        if ends:
            return chosen, True
    if outer is None or outer.kind != "^~":
        for each in places:
            if each.kind in ("~", "~*") and re.search(each.path, path, re.IGNORECASE if each.kind == "~*" else 0):
                inner, _ = _within(project, each, path)
                return inner or each, True
    return chosen, False


def _within(project: Project, place: Place, path: str) -> tuple[Place | None, bool]:
    return _find(project, tuple(_places(project, place.found, place.inside)), path)
