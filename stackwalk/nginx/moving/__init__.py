"""Move a learner's nginx.conf to this machine, word by word, so that every line stays where it is.

Only the words change that name a port, a program, a file or nginx's own process; what has to be added is added
behind a directive on its line. A text that was moved already stays as it is.
"""

from collections.abc import Callable, Mapping

from stackwalk.nginx.moved import Rewritten
from stackwalk.nginx.moving import filing, headers, maps, passing, process, serving
from stackwalk.nginx.moving.draft import Draft
from stackwalk.nginx.moving.serving import ports_of
from stackwalk.nginx.moving.survey import Survey, survey
from stackwalk.nginx.paths import BELOW_ROOT, READ, WRITTEN
from stackwalk.nginx.project import Found, Project, Source, project_of
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.tokens import walk

__all__ = ["ports_of", "rewrite", "rewrite_all"]

_Move = Callable[[Draft, Found], None]


def rewrite(text: str, setting: Setting, name: str = "nginx.conf") -> Rewritten:
    """One file on its own. Raises nothing, whatever the text is."""
    return rewrite_all(project_of(text, name), setting)[0]


def rewrite_all(project: Project, setting: Setting) -> tuple[Rewritten, ...]:
    """Every file of a project, in its order. Raises nothing, whatever the texts are."""
    known = survey(project)
    return tuple(_rewrite(source, project, setting, known) for source in project.sources)


def _rewrite(source: Source, project: Project, setting: Setting, known: Survey) -> Rewritten:
    draft = Draft(source, project, setting, known)
    draft.names |= {f"{setting.workspace}/": "", f"{setting.copies}/": ""}
    for parents, statement in walk(source.conf.statements):
        if statement.words[0].start >= draft.gone:
            _move(draft, Found(source, parents, statement))
    return draft.done()


def _server(draft: Draft, found: Found) -> None:
    """Two directives of one name."""
    (passing.upstream_server if found.path[-1:] == ("upstream",) else serving.server)(draft, found)


_MOVES: Mapping[str, _Move] = {
    **dict.fromkeys(READ, filing.read),
    **dict.fromkeys(WRITTEN, filing.written),
    **dict.fromkeys(BELOW_ROOT, filing.below_root),
    **dict.fromkeys(passing.SCHEMES, passing.passed_on),
    **dict.fromkeys(maps.SIZES, maps.size),
    "access_log": filing.log,
    "disable_symlinks": process.links,
    "error_log": filing.log,
    "http": serving.http,
    "include": filing.include,
    "listen": serving.listen,
    "location": serving.location,
    "map": passing.given,
    "proxy_set_header": headers.set_header,
    "resolver": passing.resolver,
    "server": _server,
    "set": passing.given,
    "split_clients": passing.given,
    **dict.fromkeys(process.ASKING, process.ask_nobody),
    "worker_connections": process.connections,
}


def _move(draft: Draft, found: Found) -> None:
    name = found.statement.name
    if found.is_data:
        if name == "include":
            filing.include(draft, found)
    elif not found.path and name in process.STEERING:
        process.leave_out_steering(draft, found)
    elif process.BEYOND.fullmatch(name):
        process.refuse(draft, found)
    else:
        move = _MOVES.get(name)
        if move is not None:
            move(draft, found)
        if found.statement.words[0].start >= draft.gone:
            headers.show_typed(draft, found.statement)
