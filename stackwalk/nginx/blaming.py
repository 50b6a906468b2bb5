"""What in a learner's file made nginx answer a request as it did: the line, and what to try. Pure.

It speaks where a request came to another block than a beginner thinks, and of the block that it came to. Whether that
is what a check fell short of is for the check to say.
"""

import difflib
import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from stackwalk.nginx.choosing import Choice, bare_host, choose, normal_path
from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.listening import DEFAULT_PORT
from stackwalk.nginx.moved import Block
from stackwalk.nginx.paths import place_of
from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.tokens import Statement

PASSING = ("proxy_pass", "fastcgi_pass", "grpc_pass", "uwsgi_pass", "scgi_pass", "memcached_pass")
_ANSWERING = (*PASSING, "return", "alias", "root", "try_files", "rewrite", "error_page", "index", "autoindex", "if")
_NEAR = 0.75  # of two words: what difflib calls their ratio
_LIMITS = (("limit_req", "limit_conn"), "")
# A status -> what may have given it, and why.
_REFUSING: dict[int, tuple[tuple[str, ...], str]] = {
    401: (("auth_basic",), "asks visitors for a name and a password"),
    403: (("deny",), "sends visitors away"),
    413: (("client_max_body_size",), "allows no request that is larger"),
    429: _LIMITS,
    503: _LIMITS,
}
_NOBODY = (502, 504)
_MOST_NAMED = 3  # locations in a sentence


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what became of it."""

    host: str  # its Host header
    target: str  # as it was sent
    status: int | None
    asked: bool  # whether nginx asked anybody
    block: Block | None  # which block nginx itself says has answered
    uri: str = ""  # what nginx has made of the path in the end; "" where that is not known
    port: int = DEFAULT_PORT

    @property
    def path(self) -> str:
        """As locations are compared with it."""
        return normal_path(self.target)


@dataclass(frozen=True, slots=True)
class _View:
    """A case with what nginx chose for it."""

    case: Case
    choice: Choice
    project: Project
    setting: Setting
    known: tuple[Complaint, ...] = ()

    @property
    def path(self) -> str:
        return self.case.path

    def so(self) -> str:
        """What came of it, as the end of a sentence about a location that was not taken."""
        location = self.choice.location
        if location is None:
            return f"so no location is left for {self.path}"
        return f"so “{location.title}” (line {location.line}) answers {self.path}"


_Rule = Callable[[_View], Complaint | None]


def blame(project: Project, setting: Setting, case: Case, complaints: Iterable[Complaint] = ()) -> Complaint | None:
    """What is most likely to blame for an answer that was not the wanted one; None where nothing strikes.

    `complaints`: what has been said against the file already; one about the very block is taken for the cause.
    """
    refused = _refused(project, case)
    if refused is not None:
        return refused
    choice = choose(project, case.host, case.path, case.port)
    if choice is None:
        return None
    known = tuple(each for each in complaints if each.severity in ("warning", "note"))
    if case.status in (301, 302):
        pages = {(each.source.name, each.statement.line) for each in project.named("error_page")}
        odd = next((each for each in known if (each.file, each.line) in pages), None)
        if odd is not None:
            return odd
    view = _View(case, choice, project, setting, known)
    if not _agrees(choice, case):
        # It may have come there by way of another block: as an error page does.
        inner = choose(project, case.host, case.uri, case.port) if case.uri else None
        if inner is None or not _agrees(inner, case):
            return None
        return _file_not_there(_View(replace(case, target=case.uri, asked=False), inner, project, setting))
    found = next((found for rule in _ELSEWHERE if (found := rule(view)) is not None), None)
    if found is not None:
        # What was said of that line before knows more of it.
        return next((each for each in known if (each.file, each.line) == (found.file, found.line)), found)
    inside = next((each for each in known if _stands_in(each, view)), None)
    return inside or next((found for rule in _INSIDE if (found := rule(view)) is not None), None)


def _agrees(choice: Choice, case: Case) -> bool:
    """Whether nginx itself says the same: what was answered by way of another block is not explained."""
    if case.block is None:
        return False
    at = choice.server if choice.location is None else choice.location.found
    return (case.block.file, case.block.line) == (at.source.name, at.statement.line)


def _stands_in(complaint: Complaint, view: _View) -> bool:
    """Whether it is about a line of the location, or of the group that the location passes requests on to."""
    location, number = view.choice.location, complaint.line
    if location is None or number is None:
        return False
    passed = location.first("proxy_pass")
    host = passed.values()[0].partition("://")[2].partition("/")[0] if passed and passed.arguments else ""
    # A group is to blame where none of its servers answers; else its shares are another matter.
    named = view.project.named("upstream") if view.case.status in _NOBODY else ()
    groups = (each for each in named if each.statement.values()[:1] == (host,))
    # Headers of the blocks around go to whom the location asks, where it has none of its own.
    sent = view.project.named("proxy_set_header") if view.case.asked and not location.first("proxy_set_header") else ()
    around = (each for each in sent if _goes_along(each, view))
    blocks = (location.found, *groups, *around)
    return any(complaint.file == each.source.name and number in _lines(each) for each in blocks)


def _goes_along(header: Found, view: _View) -> bool:
    """Whether a header of the server, or of what stands around it, holds in the location."""
    inner = [each for each in header.parents if each.name in ("server", "location")]
    return not inner or (inner == [view.choice.server.statement] and header.source is view.choice.server.source)


def _lines(found: Found) -> range:
    """The lines of a block."""
    close = found.statement.close
    last = found.source.conf.text.count("\n", 0, close) + 1 if close is not None else found.statement.line
    return range(found.statement.line, last + 1)


def _said(found: Found, line: int, means: str, try_this: str) -> Complaint:
    return Complaint(found.source.name, line, "note", "", means, try_this)


# The request came to another block than was meant, or to none.


def _refused(project: Project, case: Case) -> Complaint | None:
    """A directive that sends visitors away before a block has answered them."""
    if case.asked:
        return None
    names, why = _REFUSING.get(case.status or 0, ((), ""))
    found = next((each for each in project.named(*names) if each.statement.values()[:1] != ("off",)), None)
    if found is None:
        return None
    if why:
        return _said(found, found.statement.line, f"“{_shown(found.statement)}” {why}.", "Take it out while you learn.")
    return _said(
        found,
        found.statement.line,
        f"“{_shown(found.statement)}” refuses visitors that come too fast, and these were the ones of this check.",
        "Take it out while you are trying, or raise its burst.",
    )


def _another_server(view: _View) -> Complaint | None:
    """No name fits, so the first server of the port has it."""
    choice, host = view.choice, bare_host(view.case.host)
    if choice.by_name or not choice.others:
        return None
    for server in choice.others:
        for each in view.project.inside(server.source, server.statement.block or ()):
            near = difflib.get_close_matches(host, [name.lower() for name in each.values()], n=1, cutoff=_NEAR)
            if each.name == "server_name" and near:
                return _said(
                    server,
                    each.line,
                    f"“server_name {near[0]}” does not fit {host}, so the server block of line "
                    f"{choice.server.statement.line} answers: the first one, where no name fits.",
                    f"Write server_name {host};",
                )
    answers = choice.returns or (choice.location and choice.location.first("return"))
    if view.case.asked or (answers is None and choice.location is not None):
        return None
    others = [server for server in choice.others if any(True for _ in _passing(view.project, server))]
    if not others:
        return None
    name = choice.names[0] if choice.names else ""
    stands = f", though it is the one for {name}" if name else ""
    return _said(
        choice.server,
        choice.server.statement.line,
        f"No server_name is {host}, so the first server block of the file answers{stands}.",
        f"Move this block below the one of line {others[0].statement.line}, or write listen 80 default_server; there.",
    )


def _passing(project: Project, server: Found) -> Iterable[Found]:
    block = server.statement
    return (
        each
        for each in project.named(*PASSING)
        if each.source is server.source and any(parent is block for parent in each.parents)
    )


def _returned_at_once(view: _View) -> Complaint | None:
    """A `return` beside the locations."""
    returns = view.choice.returns
    if returns is None or not view.choice.places or view.case.asked:
        return None
    return _said(
        view.choice.server,
        returns.line,
        f"“{_shown(returns)}” stands in the server block itself, so it answers every request of it, "
        "and no location is looked at.",
        "Put it into a location of its own.",
    )


def _for_one_path_alone(view: _View) -> Complaint | None:
    """`location = /x/` for a path below it."""
    location = view.choice.location
    for place in view.choice.places:
        below = view.path != place.path and (view.path + "/").startswith(place.path.rstrip("/") + "/")
        if place.kind != "=" or not below:
            continue
        if location is not None and (location.kind != "" or location.path.rstrip("/") == place.path.rstrip("/")):
            continue
        # A page at / of its own is a usual thing; one without anything for the rest is not.
        if location is not None and not place.path.endswith("/"):
            continue
        return _said(
            place.found,
            place.line,
            f"“{place.title}” is for {place.path} alone, {view.so()}.",
            f"Take the = away: location {place.path} {{",
        )
    return None


def _nearly_that_path(view: _View) -> Complaint | None:
    """A location that nearly is the one for this path: another letter, or a slash that is missing."""
    location, first = view.choice.location, view.path.strip("/").split("/")[0]
    if not first or (location is not None and (location.kind != "" or location.path != "/")):
        return None
    for place in view.choice.places:
        own = place.path.strip("/^*$").split("/")[0]
        alike = own.lower() == first.lower() or difflib.SequenceMatcher(None, own, first).ratio() >= _NEAR
        if place is location or not own or not alike or place.kind in ("~", "~*", "="):
            continue
        if place.path == f"/{own}" or place.path.startswith(f"/{own}/"):
            if own == first and "*" not in place.path:
                continue
            means = f"“{place.title}” is for another path than {view.path}, {view.so()}."
        else:
            means = f"“{place.title}” fits no path at all, {view.so()}."
        return _said(place.found, place.line, means, f"Write location /{first}/ {{")
    return None


def _no_location(view: _View) -> Complaint | None:
    """None is for this path."""
    choice = view.choice
    if choice.location is not None or choice.returns is not None or view.case.asked:
        return None
    inside = list(view.project.inside(choice.server.source, choice.server.statement.block or ()))
    if any(each.name in _ANSWERING for each in inside):
        return None
    lines = {(place.found.source.name, place.line) for place in choice.places}
    odd = next((each for each in view.known if (each.file, each.line) in lines), None)
    if odd is not None:
        return odd
    named = [f"“{place.title}” (line {place.line})" for place in choice.places[:_MOST_NAMED]]
    there = f"there {'is' if len(named) == 1 else 'are'} {', '.join(named)}" if named else "it has none at all"
    return _said(
        choice.server,
        choice.server.statement.line,
        f"This server block has no location for {view.path}: {there}. So nginx looks into its own folder.",
        "Write location / { … } for all that no other location is for.",
    )


def _too_wide(view: _View) -> Complaint | None:
    """`location /api` for /apix, `location /old` with its `return` for /old/x."""
    location = view.choice.location
    if location is None or location.kind not in ("", "^~") or location.path in ("/", view.path):
        return None
    returns = location.first("return")
    glued = not location.path.endswith("/") and not view.path.startswith(f"{location.path}/")
    if returns is None and not glued:
        return None
    means = f"“{location.title}” is for all paths that begin so, {view.path} as well."
    try_this = f"Write location = {location.path} {{" if returns is not None else f"Write location {location.path}/ {{"
    return _said(location.found, location.line, means, try_this)


def _expression_first(view: _View) -> Complaint | None:
    """An expression that wins over a longer beginning."""
    location = view.choice.location
    if location is None or location.kind not in ("~", "~*"):
        return None
    fitting = [each for each in view.choice.places if each.kind == "" and view.path.startswith(each.path)]
    longest = max(fitting, key=lambda each: len(each.path), default=None)
    if longest is None or longest.path == "/":
        return None
    return _said(
        location.found,
        location.line,
        f"“{location.title}” answers {view.path}: a location with ~ comes before “{longest.title}” (line "
        f"{longest.line}), however long that is.",
        f"Write location ^~ {longest.path} {{ on line {longest.line}: it keeps those with ~ away.",
    )


# The block that it came to.


def _returned(view: _View) -> Complaint | None:
    """A location that answers by itself."""
    location = view.choice.location
    returns = None if location is None else location.first("return")
    if location is None or returns is None or view.case.asked:
        return None
    if returns.values()[:1] and returns.values()[0].startswith("3"):
        return None
    return _said(
        location.found,
        returns.line,
        f"“{_shown(returns)}” answers {view.path}, so nobody else is asked.",
        "Write proxy_pass http://… in its place where an application should answer.",
    )


def _nobody_named(view: _View) -> Complaint | None:
    """A location in which nothing says who answers."""
    location = view.choice.location
    if location is None or view.case.asked or location.first(*_ANSWERING, "location", "include", "deny", "empty_gif"):
        return None
    around = view.project.inside(view.choice.server.source, view.choice.server.statement.block or ())
    if any(each.name in ("root", "try_files", "rewrite", "if") for each in around):
        return None
    return _said(
        location.found,
        location.line,
        f"“{location.title}” answers {view.path}, and nothing in it says whom to ask or where files are, so nginx "
        "looks into its own folder.",
        "Write proxy_pass http://…; in it, or alias and the folder.",
    )


def _file_not_there(view: _View) -> Complaint | None:
    """Where nginx has looked for a file."""
    location = view.choice.location
    if location is None or view.case.asked or view.case.status not in (403, 404) or location.kind in ("~", "~*"):
        return None
    where = location.first("alias", "root")
    if where is None or not where.arguments or location.first("try_files", "rewrite", "index", "return"):
        return None
    typed = where.values()[0]
    file = typed + view.path[len(location.path) :] if where.name == "alias" else typed.rstrip("/") + view.path
    if "$" in typed or file.endswith("/"):
        return None
    full = posixpath.join("/etc/nginx", file)
    place = place_of(file, view.setting).path or ""
    inside = place.removeprefix(f"{view.setting.workspace}/")
    own = f" (in your folder: {inside})" if place.startswith(f"{view.setting.workspace}/") else ""
    folder = view.setting.folder
    known = f"Where nginx runs, your folder is called {folder}." if folder else "Check the folder's name."
    return _said(
        location.found,
        where.line,
        f"With “{_shown(where)}” nginx looks for {view.path} at {full}{own}, and there is no such file.",
        known,
    )


def _another_path_asked(view: _View) -> Complaint | None:
    """proxy_pass with a path of its own."""
    location = view.choice.location
    passed = None if location is None else location.first("proxy_pass")
    if location is None or passed is None or not passed.arguments or location.kind in ("~", "~*"):
        return None
    _, separator, rest = passed.values()[0].partition("://")
    host, slash, path = rest.partition("/")
    if not separator or not slash or "$" in rest or not path:
        return None
    becomes = f"/{path}{view.path[len(location.path) :]}"
    return _said(
        location.found,
        passed.line,
        f"The path /{path} of proxy_pass takes the place of {location.path}, so {view.path} is asked for as {becomes}.",
        f"Write proxy_pass http://{host}; to pass paths on as they came.",
    )


def _shown(statement: Statement) -> str:
    return " ".join(word.text for word in statement.words)[:60]


_ELSEWHERE: tuple[_Rule, ...] = (
    _another_server,
    _returned_at_once,
    _for_one_path_alone,
    _nearly_that_path,
    _no_location,
    _too_wide,
    _expression_first,
)
_INSIDE: tuple[_Rule, ...] = (_returned, _nobody_named, _file_not_there, _another_path_asked)
